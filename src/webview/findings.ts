import { button, disclosure, element, section } from './dom';
import type { EvidenceRow, FindingCard, WebviewRequest, Page } from './protocol';
import { severityWords, symbol } from './symbols';

type Send = (message: WebviewRequest) => void;

/** An empty file says something as well. */
function evidenceValue(value: string): HTMLElement {
  return value === '' ? element('em', {}, 'empty') : element('code', {}, value);
}

export function evidenceList(evidence: readonly EvidenceRow[]): HTMLElement {
  const items = evidence.map(({ source, value }) =>
    element('li', {}, element('code', { class: 'source' }, source), ' ', evidenceValue(value)),
  );
  return element('ul', { class: 'evidence' }, ...items);
}

function remedy({ id, remedy, title }: FindingCard, send: Send): HTMLElement {
  const { summary, command, canPaste, button: action } = remedy;
  const buttons = [
    action && button(action.label, `remedy ${id}`, () => send({ kind: 'run-remedy', finding: id }), 'primary'),
    canPaste && action === undefined
      ? button('Insert in terminal', `paste ${id}`, () => send({ kind: 'paste-remedy', finding: id }))
      : undefined,
    command === '' ? undefined : button('Copy command', `copy ${id}`, () => send({ kind: 'copy-remedy', finding: id })),
  ];
  // Several findings may have buttons of the same words.
  for (const made of buttons) made?.setAttribute('aria-describedby', `title-${id}`);
  return element(
    'div',
    { class: 'remedy' },
    element('p', {}, element('strong', {}, 'Fix: '), summary),
    command === ''
      ? undefined
      : element('pre', { aria: { label: `Command for: ${title}` }, role: 'group' }, element('code', {}, command)),
    action !== undefined && action.cost !== '' ? element('p', { class: 'quiet' }, action.cost) : undefined,
    element('div', { class: 'buttons' }, ...buttons),
  );
}

function meaning({ id, meaning, remedy, docs }: FindingCard): HTMLElement {
  return disclosure(
    'What this means',
    `meaning ${id}`,
    element('p', {}, meaning),
    remedy.undo === undefined ? undefined : element('p', {}, `To undo the remedy: ${remedy.undo}`),
    docs.length === 0 ? undefined : element('ul', {}, ...docs.map((link) => element('li', {}, anchor(link)))),
    element('p', { class: 'quiet' }, 'ID: ', element('code', {}, id)),
  );
}

/** The editor opens it outside, after asking. */
function anchor(link: string): HTMLAnchorElement {
  const made = element('a', {}, link);
  made.href = link;
  return made;
}

function symptoms({ id, symptoms }: FindingCard): HTMLElement | undefined {
  if (symptoms.length === 0) return undefined;
  const label = `Related issues (${String(symptoms.length)})`;
  const items = symptoms.map((symptom) => element('li', {}, symptom.title, evidenceList(symptom.evidence)));
  return disclosure(label, `symptoms ${id}`, element('ul', { class: 'symptoms' }, ...items));
}

/** What stands under the title of a finding. */
function details(finding: FindingCard, send: Send): readonly (HTMLElement | undefined)[] {
  const { id, cause, consequence, evidence, attempt } = finding;
  return [
    element('p', {}, cause),
    element('p', {}, element('strong', {}, 'Impact: '), consequence),
    attempt === undefined
      ? undefined
      : element('p', { class: 'attempt' }, element('strong', {}, "Couldn't fix: "), attempt),
    remedy(finding, send),
    disclosure(`Evidence (${String(evidence.length)})`, `evidence ${id}`, evidenceList(evidence)),
    symptoms(finding),
    meaning(finding),
  ];
}

/** A remark is a line to open: what works must not look as grave as what does not. */
function remark(finding: FindingCard, send: Send): HTMLElement {
  const { id, area, title } = finding;
  return element(
    'article',
    { class: 'remark info', id: `finding-${id}`, key: `finding ${id}`, aria: { labelledby: `title-${id}` } },
    element(
      'details',
      { key: `details remark ${id}` },
      element(
        'summary',
        { key: `summary remark ${id}` },
        symbol('info'),
        element('span', { id: `title-${id}` }, title),
        element('span', { class: 'quiet' }, ` · ${area}`),
      ),
      ...details(finding, send),
    ),
  );
}

function card(finding: FindingCard, send: Send): HTMLElement {
  const { id, severity, area, title } = finding;
  return element(
    'article',
    { class: `finding ${severity}`, id: `finding-${id}`, key: `finding ${id}`, aria: { labelledby: `title-${id}` } },
    element('p', { class: 'kicker' }, symbol(severity), `${severityWords[severity]} · ${area}`),
    element('h3', { id: `title-${id}` }, title),
    ...details(finding, send),
  );
}

/** Findings, worst first; what was fixed above them, and what could not be judged below. */
export function findingSections(page: Page, send: Send): readonly HTMLElement[] {
  const grave = page.findings.filter(({ severity }) => severity !== 'info');
  const remarks = page.findings.filter(({ severity }) => severity === 'info');
  const fixed = page.fixed.map((title) => element('li', {}, symbol('ok'), `Fixed: ${title}`));
  const sections = [
    fixed.length === 0 ? undefined : element('ul', { class: 'mended' }, ...fixed),
    grave.length === 0 ? undefined : section('findings', 'Problems', ...grave.map((finding) => card(finding, send))),
    remarks.length === 0 ? undefined : section('remarks', 'Notes', ...remarks.map((finding) => remark(finding, send))),
    skipped(page),
    page.passed.length === 0 ? undefined : section('fine', 'Passed', element('p', {}, `${page.passed.join(', ')}.`)),
  ];
  return sections.filter((made) => made !== undefined);
}

function skipped({ skipped }: Page): HTMLElement | undefined {
  if (skipped.length === 0) return undefined;
  const items = skipped.map(({ id, area, reason }) =>
    element('li', {}, `${area}: `, element('code', {}, id), ` ${reason}`),
  );
  return section(
    'undecided',
    'Skipped checks',
    disclosure(
      `${String(skipped.length)} skipped, with the reason`,
      'undecided',
      element('ul', { class: 'evidence' }, ...items),
    ),
  );
}
