import { button, element, section } from './dom';
import type { WebviewRequest, LogLevel, LogLine, Page } from './protocol';

/** What of the log is shown; kept over redraws and while the page is hidden. */
export interface LogFilter {
  readonly text: string;
  readonly minLevel: LogLevel;
}

const order: readonly LogLevel[] = ['debug', 'info', 'warning', 'error'];
const minLevelLabels: Readonly<Record<LogLevel, string>> = {
  debug: 'Everything',
  info: 'Information and worse',
  warning: 'Warnings and errors',
  error: 'Errors',
};

export function passes(line: LogLine, { text, minLevel }: LogFilter): boolean {
  if (order.indexOf(line.level) < order.indexOf(minLevel)) return false;
  return text === '' || line.text.toLowerCase().includes(text.toLowerCase());
}

function lineElement({ text, level, finding }: LogLine): HTMLElement {
  const marked = finding !== undefined;
  return element(
    'li',
    { class: `${level}${marked ? ' marked' : ''}` },
    element('span', { class: 'level-word' }, level),
    ' ',
    element('span', { class: 'text' }, text),
    marked ? element('span', { class: 'mark' }, ` ← ${finding}`) : undefined,
  );
}

/** Where the log was scrolled to, for the one that is drawn in its place; undefined at its end, where new lines come. */
export function scrolledTo(place: HTMLElement): number | undefined {
  const list = place.querySelector('.log');
  if (list === null || list.scrollTop + list.clientHeight > list.scrollHeight - 8) return undefined;
  return list.scrollTop;
}

export function scrollTo(place: HTMLElement, position: number | undefined): void {
  const list = place.querySelector('.log');
  if (list !== null) list.scrollTop = position ?? list.scrollHeight;
}

/** The daemon's log with a filter. Typing redraws the lines alone, so that the field keeps its place. */
export function logSection(
  { log }: Page,
  filter: LogFilter,
  keep: (filter: LogFilter) => void,
  send: (message: WebviewRequest) => void,
): HTMLElement {
  const list = element('ol', { class: 'log', aria: { label: 'Lines of the log' }, key: 'log lines' });
  list.tabIndex = 0;
  const count = element('p', { class: 'quiet', role: 'status' });
  let current = filter;
  const draw = (): void => {
    const shown = log.lines.filter((line) => passes(line, current));
    list.replaceChildren(...shown.map(lineElement));
    count.textContent = `${String(shown.length)} of ${String(log.lines.length)} lines`;
  };
  const change = (part: Partial<LogFilter>): void => {
    current = { ...current, ...part };
    keep(current);
    draw();
  };

  const field = element('input', { key: 'log filter', id: 'log-filter' });
  field.type = 'search';
  field.value = filter.text;
  field.addEventListener('input', () => change({ text: field.value }));
  const choice = element(
    'select',
    { key: 'log level', id: 'log-level' },
    ...order.map((level) => new Option(minLevelLabels[level], level, false, level === filter.minLevel)),
  );
  choice.addEventListener('change', () =>
    change({ minLevel: order.find((level) => level === choice.value) ?? 'debug' }),
  );

  const label = (id: string, text: string): HTMLElement => {
    const made = element('label', {}, text);
    made.htmlFor = id;
    return made;
  };
  draw();
  return section(
    'log',
    "Daemon's log",
    element('p', {}, log.note),
    log.lines.length === 0
      ? undefined
      : element(
          'div',
          { class: 'filter' },
          label('log-filter', 'Filter'),
          field,
          label('log-level', 'Level'),
          choice,
          count,
        ),
    log.lines.length === 0 ? undefined : list,
    element(
      'div',
      { class: 'buttons' },
      button('Open the whole log', 'open log', () => send({ kind: 'command', name: 'show-log' })),
    ),
  );
}
