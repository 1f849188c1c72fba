import { element, rows, section } from './dom';
import { evidenceList } from './findings';
import type { Page } from './protocol';

/** What the machine is made of, as a chain from the outside inwards. */
export function platformSection({ platform }: Page): HTMLElement {
  if (platform.length === 0) {
    return section(
      'platform',
      'Platform',
      element('p', {}, 'A plain machine, or one that leaves no trace that is known.'),
    );
  }
  const steps = platform.map(({ name, layer, confidence, evidence }) =>
    element(
      'li',
      {},
      element(
        'details',
        { key: `details platform ${name}` },
        element(
          'summary',
          { key: `summary platform ${name}` },
          element('strong', {}, name),
          element('span', { class: 'quiet' }, ` ${layer}, ${confidence}`),
        ),
        evidenceList(evidence),
      ),
    ),
  );
  return section(
    'platform',
    'Platform',
    element('p', { class: 'quiet' }, 'Detected environment, outermost first, with the evidence for each.'),
    element('ol', { class: 'chain' }, ...steps),
  );
}

export function summarySection({ summaryCards }: Page): HTMLElement {
  const cards = summaryCards.map(({ title, rows: facts }) =>
    element('div', { class: 'summary-card' }, element('h3', {}, title), rows(facts)),
  );
  return section('facts', 'At a glance', element('div', { class: 'summary-cards' }, ...cards));
}

export function historySection({ history }: Page): HTMLElement {
  if (history.length === 0) {
    return section(
      'history',
      'Starts and stops',
      element('p', {}, 'No start or stop has been recorded on this machine.'),
    );
  }
  const head = ['When', 'What', 'Why', 'Took'].map((title) => {
    const cell = element('th', {}, title);
    cell.scope = 'col';
    return cell;
  });
  const body = history.map((row) =>
    element('tr', {}, ...[row.at, row.what, row.why, row.took].map((text) => element('td', {}, text))),
  );
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body));
  const scroll = element(
    'div',
    { class: 'scroll', role: 'group', aria: { label: 'Starts and stops, newest first' } },
    table,
  );
  scroll.tabIndex = 0;
  return section('history', 'Starts and stops', scroll);
}
