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
 * What is looked at: the element that has the focus, else the first one in sight. Undefined at the top of the page,
 * where what is new shall be seen.
 */
export function anchorOf(page: HTMLElement): Anchor | undefined {
  if (window.scrollY === 0) return undefined;
  const inSight = keyed(page).filter((candidate) => {
    const { top, bottom, height } = candidate.getBoundingClientRect();
    return height > 0 && bottom > 0 && top < window.innerHeight;
  });
  const looked = inSight.find((candidate) => candidate === document.activeElement) ?? inSight[0];
  const key = looked?.dataset['key'];
  return looked === undefined || key === undefined ? undefined : { key, top: looked.getBoundingClientRect().top };
}

/** Scrolls so that the anchor is where it was. The browser does so by itself only for elements that a redraw leaves. */
export function holdInSight(page: HTMLElement, { key, top }: Anchor): void {
  const now = byKey(page, key)?.getBoundingClientRect();
  if (now !== undefined && now.height > 0) window.scrollBy({ top: now.top - top, behavior: 'instant' });
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
