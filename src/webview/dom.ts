type Child = Node | string | undefined;

interface Attributes {
  readonly class?: string;
  readonly id?: string;
  readonly role?: string;
  /** Finds the element again after the page was drawn anew, to give it the focus back. */
  readonly key?: string;
  readonly aria?: Readonly<Record<string, string>>;
  readonly onClick?: () => void;
  readonly [attribute: `data-${string}`]: string;
}

/** An element with children. Strings become text nodes: nothing that is shown is ever parsed as markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  const { class: className, id, role, key, aria = {}, onClick, ...data } = attributes;
  if (className !== undefined) made.className = className;
  if (id !== undefined) made.id = id;
  if (role !== undefined) made.setAttribute('role', role);
  if (key !== undefined) made.dataset['key'] = key;
  for (const [word, value] of Object.entries(aria)) made.setAttribute(`aria-${word}`, value);
  for (const [attribute, value] of Object.entries(data)) made.setAttribute(attribute, value);
  if (onClick !== undefined) made.addEventListener('click', onClick);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button; `key` keeps its focus over a redraw. */
export function button(
  label: string,
  key: string,
  onClick: () => void,
  kind: 'primary' | 'secondary' = 'secondary',
): HTMLButtonElement {
  const made = element('button', { class: kind, key, onClick }, label);
  made.type = 'button';
  return made;
}

/** Something to open, whose openness survives a redraw. */
export function disclosure(summary: string, key: string, ...children: readonly Child[]): HTMLDetailsElement {
  return element(
    'details',
    { key: `details ${key}` },
    element('summary', { key: `summary ${key}` }, summary),
    ...children,
  );
}

/** Gives the focus to what is no control as well. */
export function focusOn(target: HTMLElement, options?: FocusOptions): void {
  target.focus(options);
  if (document.activeElement === target) return;
  target.tabIndex = -1;
  target.focus(options);
}

/** The elements of a page that are found again after a redraw. */
function keyed(page: HTMLElement): HTMLElement[] {
  return [...page.querySelectorAll<HTMLElement>('[data-key]')];
}

export function byKey(page: HTMLElement, key: string): HTMLElement | undefined {
  return keyed(page).find((candidate) => candidate.dataset['key'] === key);
}

/** An element in sight, and where its top is in the window, in pixels. */
export interface Anchor {
  readonly key: string;
  readonly top: number;
}

/**
 * What is looked at, first what says it best: the element that has the focus, those that begin in sight, those that reach into
 * it. Nothing at the top of the page: there, what is new above may push the rest down.
 */
export function anchorsOf(page: HTMLElement): readonly Anchor[] {
  if (window.scrollY === 0) return [];
  const rank = (made: HTMLElement, top: number): number => (made === document.activeElement ? 0 : top > -1 ? 1 : 2);
  return keyed(page)
    .filter(isShown)
    .map((made) => ({ made, key: made.dataset['key'] ?? '', ...edges(made) }))
    .filter(({ top, bottom }) => bottom > 0 && top < window.innerHeight)
    .sort((one, other) => rank(one.made, one.top) - rank(other.made, other.top))
    .map(({ key, top }) => ({ key, top }));
}

/** What is in a closed disclosure has a box as well; `checkVisibility`, which tells, is not in each browser. */
function isShown(made: HTMLElement): boolean {
  return made.closest('details:not([open]) > :not(summary)') === null && made.getBoundingClientRect().height > 0;
}

function edges(made: HTMLElement): { readonly top: number; readonly bottom: number } {
  const { top, bottom } = made.getBoundingClientRect();
  return { top, bottom };
}

/**
 * Scrolls so that the first anchor that is still there is where it was. The browser does so by itself only for elements that a
 * redraw leaves.
 */
export function holdInSight(page: HTMLElement, anchors: readonly Anchor[]): void {
  for (const { key, top } of anchors) {
    const made = byKey(page, key);
    if (made === undefined || !isShown(made)) continue;
    window.scrollBy({ top: edges(made).top - top, behavior: 'instant' });
    return;
  }
}

/** A section of the page with its heading, a landmark of its own. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  return element(
    'section',
    { id, aria: { labelledby: `${id}-title` } },
    element('h2', { id: `${id}-title` }, title),
    ...children,
  );
}

/** Label and value pairs. */
export function rows(list: readonly { readonly label: string; readonly value: string }[]): HTMLElement {
  return element(
    'dl',
    { class: 'rows' },
    ...list.map(({ label, value }) => element('div', {}, element('dt', {}, label), element('dd', {}, value))),
  );
}
