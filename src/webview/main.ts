import { cgroupSection } from './cgroups';
import type * as Late from './charts';
import { anchorsOf, button, byKey, element, focusOn, holdInSight, section } from './dom';
import { summarySection, historySection, platformSection } from './facts';
import { findingSections } from './findings';
import { LimitsSection } from './limits';
import { logSection, scrolledTo, scrollTo, type LogFilter } from './log';
import type { WebviewRequest, LimitsView, Page, WebviewUpdate, Work } from './protocol';
import { severityWords, symbol } from './symbols';

interface Kept {
  readonly filter: LogFilter;
  /** Keys of the disclosures that are open. */
  readonly open: readonly string[];
}

declare function acquireVsCodeApi(): {
  postMessage(message: WebviewRequest): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
};

const editor = acquireVsCodeApi();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the editor's own, which knows its target
const send = (message: WebviewRequest): void => editor.postMessage(message);

let kept: Kept = editor.getState() ?? { filter: { text: '', minLevel: 'debug' }, open: [] };
let work: Work | undefined;
let page: Page | undefined;
let limits: LimitsView | undefined;
let taken = '';
/** What each part of the page was drawn from: a part that is the same is left alone, with its focus and its scrolling. */
const drawn = new Map<string, string>();

function found<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${id}.`);
  return element;
}
const main = found('page', HTMLElement);
const said = found('said', HTMLElement);

const own = document.currentScript;
/** What draws charts: a library of its own size, which a page without a chart does without. It bears this script's nonce. */
const limitsSection = new LimitsSection(send, async () => {
  const { Charts } = (await import(own?.dataset['charts'] ?? '')) as typeof Late;
  return new Charts();
});

function keep(part: Partial<Kept>): void {
  kept = { ...kept, ...part };
  editor.setState(kept);
}

let saying: number | undefined;
function say(text: string): void {
  said.textContent = text;
  clearTimeout(saying);
  // Long enough to be read twice; what matters for longer stands on the page.
  saying = setTimeout(() => {
    said.textContent = '';
  }, 12_000);
}

function banner({ banner, commands }: Page): HTMLElement {
  const { severity, headline, detail } = banner;
  return element(
    'header',
    { class: `banner ${severity}` },
    element('h1', {}, 'Docker diagnostics'),
    element(
      'p',
      { class: 'headline' },
      symbol(severity),
      element('span', {}, element('span', { class: 'spoken' }, `${severityWords[severity]}: `), headline),
    ),
    element('p', {}, detail),
    element(
      'div',
      { class: 'buttons', role: 'group', aria: { label: 'Daemon' } },
      ...commands.map(({ name, label }) => button(label, `command ${name}`, () => send({ kind: 'command', name }))),
      button('Refresh', 'refresh', () => send({ kind: 'refresh' })),
    ),
  );
}

function reports(): HTMLElement {
  return section(
    'report',
    'Share',
    element('p', {}, 'Secrets are redacted. Review the report before sharing it.'),
    element(
      'div',
      { class: 'buttons' },
      button('Copy as Markdown', 'copy markdown', () => send({ kind: 'report', name: 'copy-markdown' })),
      button('Save report', 'save report', () => send({ kind: 'report', name: 'save-report' })),
      button('Raw JSON', 'raw json', () => send({ kind: 'report', name: 'raw-json' })),
    ),
  );
}

/** The parts of the page in their order, each with what it is drawn from. */
function parts(
  page: Page,
): readonly { readonly name: string; readonly from: unknown; readonly draw: () => readonly HTMLElement[] }[] {
  return [
    { name: 'banner', from: [page.banner, page.commands], draw: () => [banner(page)] },
    // Apart from the banner: it changes with each reading, and must not redraw buttons under somebody's fingers.
    { name: 'taken', from: page.taken, draw: () => [element('p', { class: 'quiet', id: 'taken' }, `${page.taken}.`)] },
    {
      name: 'findings',
      from: [page.findings, page.fixed, page.skipped, page.passed],
      draw: () => findingSections(page, send),
    },
    { name: 'cgroups', from: page.cgroups, draw: () => [cgroupSection(page)] },
    { name: 'limits', from: limits, draw: () => (limits === undefined ? [] : [limitsSection.section(limits)]) },
    { name: 'platform', from: page.platform, draw: () => [platformSection(page)] },
    { name: 'summaryCards', from: page.summaryCards, draw: () => [summarySection(page)] },
    {
      name: 'log',
      from: page.log,
      draw: () => [logSection(page, kept.filter, (filter) => keep({ filter }), send)],
    },
    { name: 'history', from: page.history, draw: () => [historySection(page)] },
    { name: 'reports', from: '', draw: () => [reports()] },
  ];
}

/** The place of a part, made the first time. It is of no meaning to the reader, and its box is not there. */
function place(name: string): HTMLElement {
  const there = main.querySelector<HTMLElement>(`:scope > [data-part="${name}"]`);
  if (there !== null) return there;
  const made = element('div', { class: 'part', 'data-part': name });
  main.append(made);
  return made;
}

/** Draws what has changed; openness, focus and what is looked at stay where they were. */
function draw(page: Page): void {
  if (drawn.size === 0) main.replaceChildren();
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['key'] : undefined;
  const anchors = anchorsOf(main);
  for (const { name, from, draw } of parts(page)) {
    const source = JSON.stringify(from ?? null);
    if (drawn.get(name) === source) continue;
    drawn.set(name, source);
    const made = place(name);
    const position = scrolledTo(made);
    made.replaceChildren(...draw());
    scrollTo(made, position);
    for (const details of made.querySelectorAll('details')) {
      details.open = kept.open.includes(details.dataset['key'] ?? '');
    }
  }
  main.setAttribute('aria-busy', 'false');
  taken = `${page.taken}.`;
  showWork();
  holdInSight(main, anchors);
  if (focused === undefined || document.activeElement !== document.body) return;
  const again = byKey(main, focused);
  // Whoever reads elsewhere on the page is not taken away from there.
  if (again === undefined) focusOn(heading());
  else focusOn(again, { preventScroll: true });
}

/** Where the focus goes when what had it is gone, as a finding that was fixed. */
function heading(): HTMLElement {
  return main.querySelector<HTMLElement>('h1') ?? main;
}

function remember(details: HTMLDetailsElement): void {
  const key = details.dataset['key'] ?? '';
  const others = kept.open.filter((open) => open !== key);
  keep({ open: details.open ? [...others, key] : others });
}

/** Buttons that change something wait while something changes; they keep the focus, so they are not disabled. */
function showWork(): void {
  for (const made of main.querySelectorAll('button')) {
    const key = made.dataset['key'] ?? '';
    const busy = work?.finding !== undefined && /^(?:remedy|command|refresh|check|run)/.test(key);
    const waits = busy || (limits?.running !== undefined && key.startsWith('check'));
    made.setAttribute('aria-disabled', String(waits));
    made.classList.toggle('working', work?.finding !== undefined && key === `remedy ${work.finding}`);
  }
  const line = document.getElementById('taken');
  if (line !== null) line.textContent = work === undefined ? taken : `${work.text}…`;
}

// It does not bubble.
main.addEventListener(
  'toggle',
  ({ target }) => {
    if (target instanceof HTMLDetailsElement) remember(target);
  },
  true,
);

// Before any button's own listener.
main.addEventListener(
  'click',
  (event) => {
    const clicked = event.target instanceof Element ? event.target.closest('button') : null;
    if (clicked?.getAttribute('aria-disabled') === 'true') event.stopPropagation();
  },
  true,
);

window.addEventListener('message', ({ data }: MessageEvent<WebviewUpdate>) => {
  switch (data.kind) {
    case 'page':
      page = data.page;
      draw(page);
      return;
    case 'limits':
      // Somebody may be elsewhere on the page by now.
      if (limits?.running !== undefined && data.limits.running === undefined) {
        say(`Limits: ${data.limits.problem === '' ? data.limits.sum : data.limits.problem}`);
      }
      limits = data.limits;
      if (page !== undefined) draw(page);
      return;
    case 'work':
      work = data.work;
      // Readings that follow the daemon are no news to somebody who listens.
      if (work?.finding !== undefined) say(`${work.text}…`);
      showWork();
      return;
    case 'said':
      say(data.text);
  }
});

send({ kind: 'ready' });
