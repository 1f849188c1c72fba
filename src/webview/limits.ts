import type { Charts } from './charts';
import { button, disclosure, element, focusOn, rows, section } from './dom';
import type { ChartView, WebviewRequest, LimitsView, LimitCheckCard } from './protocol';
import { symbol } from './symbols';

type Send = (message: WebviewRequest) => void;

/** Goes to the finding that explains a verdict: opened, in sight, and with the focus. */
function goTo(id: string): void {
  const target = document.getElementById(`finding-${id}`);
  if (target === null) return;
  const closed = target.querySelector('details');
  if (closed !== null && target.classList.contains('remark')) closed.open = true;
  focusOn(target);
  target.scrollIntoView({ block: 'start' });
}

function explanation({ explained }: LimitCheckCard): HTMLElement | undefined {
  if (explained === undefined) return undefined;
  const { text, finding } = explained;
  if (finding === undefined) return element('p', {}, element('strong', {}, 'Explained: '), text);
  const link = element('a', {}, finding.title);
  link.href = `#finding-${finding.id}`;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    goTo(finding.id);
  });
  return element('p', {}, element('strong', {}, 'Explained: '), `${text} See `, link, '.');
}

function legend({ lines, limit, stops, kills }: ChartView): HTMLElement {
  const entry = (kind: string, text: string): HTMLElement =>
    element('li', {}, element('span', { class: `swatch ${kind}`, aria: { hidden: 'true' } }), text);
  return element(
    'ul',
    { class: 'legend' },
    ...lines.map(({ style, label, beyond }, index) =>
      entry(style === 'other' ? `other-${String(index)}` : style, beyond === undefined ? label : `${label}, ${beyond}`),
    ),
    limit === undefined ? undefined : entry('limit', 'the limit'),
    stops.length === 0 ? undefined : entry('stop', 'a period in which it stopped the container'),
    kills.length === 0 ? undefined : entry('kill', 'OOM kill'),
  );
}

/** The numbers of a chart, for whoever would rather read them. */
function table({ table: { head, rows: body } }: ChartView, id: string, title: string): HTMLElement {
  const heads = head.map((text) => {
    const cell = element('th', {}, text);
    cell.scope = 'col';
    return cell;
  });
  const lines = body.map((cells) => element('tr', {}, ...cells.map((text) => element('td', {}, text))));
  const made = element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...lines));
  const scroll = element('div', { class: 'scroll', role: 'group', aria: { label: `Numbers of: ${title}` } }, made);
  scroll.tabIndex = 0;
  return disclosure('The numbers', `numbers ${id}`, scroll);
}

/** The sign of how much is done; the words beside it say the same. */
function progress({ done, of }: NonNullable<LimitsView['running']>): HTMLElement {
  const bar = element('progress', { aria: { label: 'Finished checks' } });
  bar.max = of;
  bar.value = done;
  return bar;
}

/**
 * The checks of limits. A card that is the same as before is left as it is, with its chart: during a run one after the
 * other changes, and drawing takes CPU time that is being measured.
 */
export class LimitsSection {
  readonly #send: Send;
  readonly #load: () => Promise<Charts>;
  readonly #cards = new Map<string, { readonly source: string; readonly card: HTMLElement }>();
  #charts: Promise<Charts> | undefined;

  /** @param load gives what draws charts; asked for when there is one to draw */
  constructor(send: Send, load: () => Promise<Charts>) {
    this.#send = send;
    this.#load = load;
  }

  section(view: LimitsView): HTMLElement {
    const { intro, sum, problem, running, checks } = view;
    return section(
      'limits',
      'Limits',
      element('p', {}, intro),
      problem === '' ? undefined : element('p', { class: 'attempt' }, problem),
      sum === '' ? undefined : element('p', { class: 'sum' }, sum),
      running === undefined ? this.#start(checks.length > 0) : this.#underWay(running),
      checks.length === 0
        ? undefined
        : element('div', { class: 'proofs' }, ...checks.map((check) => this.#card(check))),
    );
  }

  #start(again: boolean): HTMLElement {
    const label = again ? 'Verify limits again' : 'Verify limits';
    const start = button(
      label,
      'run checks',
      () => this.#send({ kind: 'run-checks' }),
      again ? 'secondary' : 'primary',
    );
    return element('div', { class: 'buttons' }, start);
  }

  #underWay(running: NonNullable<LimitsView['running']>): HTMLElement {
    const { text, done, of } = running;
    return element(
      'div',
      { class: 'under-way' },
      element('p', {}, `${String(done)} of ${String(of)} done. ${text}…`),
      progress(running),
      element(
        'div',
        { class: 'buttons' },
        // In the place of what began it, and with its focus.
        button('Cancel', 'run checks', () => this.#send({ kind: 'cancel-checks' })),
      ),
    );
  }

  #card(check: LimitCheckCard): HTMLElement {
    const source = JSON.stringify(check);
    const there = this.#cards.get(check.id);
    if (there?.source === source) return there.card;
    const card = this.#draw(check);
    this.#cards.set(check.id, { source, card });
    return card;
  }

  #draw(check: LimitCheckCard): HTMLElement {
    const { id, severity, verdict, area, title, reason, rows: facts, when, chart } = check;
    const again = button('Verify again', `check ${id}`, () => this.#send({ kind: 'run-checks', check: id }));
    again.setAttribute('aria-describedby', `proof-title-${id}`);
    return element(
      'article',
      { class: `proof ${severity}`, id: `proof-${id}`, aria: { labelledby: `proof-title-${id}` } },
      element('p', { class: 'kicker' }, symbol(severity), `${verdict} · ${area}`),
      element('h3', { id: `proof-title-${id}` }, title),
      element('p', {}, reason),
      ...(chart === undefined ? [] : [this.#picture(chart), legend(chart)]),
      rows(facts),
      explanation(check),
      chart === undefined ? undefined : table(chart, id, title),
      element('p', { class: 'quiet' }, `${when}.`),
      element('div', { class: 'buttons' }, again),
    );
  }

  #picture(chart: ChartView): HTMLElement {
    const place = element('div', { class: 'plot', role: 'img', aria: { label: chart.summary } });
    this.#charts ??= this.#load();
    this.#charts.then(
      (charts) => charts.draw(place, chart),
      (error: unknown) => {
        // What it would show stands in the summary and the table as well.
        place.textContent = `The chart cannot be drawn (${String(error)}). ${chart.summary}`;
      },
    );
    return place;
  }
}
