import { undoOf } from '../../diagnosis/actions';
import type { Description } from '../../diagnosis/describe';
import type { Diagnosis } from '../../diagnosis/diagnosisSchema';
import { areaTitles, severities, type Evidence, type Finding, type Severity } from '../../diagnosis/finding';
import type { Action } from '../../diagnosis/nextStep';
import { sumLine } from '../../report/text';
import type { EngineState } from '../../engine/state';
import { states } from '../../engine/states';
import type { Facts } from '../../host/facts/facts';
import { valueOf } from '../../host/facts/fact';
import type { ShownResult } from '../limits/status';
import type { CommandName, FindingCard, HistoryRow, Page } from '../../webview/messages';
import { cgroupPicture } from './cgroupPicture';
import { glances, platformSteps } from './summaryCards';
import { logExcerpt } from './logExcerpt';
import { areaMeanings, riskWords } from './meanings';
import { mendingOf } from './remedyAction';
import { shownText } from '../../util/displayText';
import { canBeTyped } from './terminalPaste';

/** A state as it was seen to begin, in the words of then. */
export interface SeenState {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly headline: string;
  readonly explanation: string;
}

/** Everything the page shows depends on this and on nothing else. */
export interface PageScene {
  readonly state: Pick<EngineState, 'kind'>;
  readonly words: Description;
  readonly facts: Facts;
  readonly diagnosis: Diagnosis;
  /** Why mending did not help, by finding. */
  readonly attempts: ReadonlyMap<string, string>;
  readonly mended: readonly string[];
  /** States this window has seen, oldest first. */
  readonly seen: readonly SeenState[];
  /** What was proven of resource limits in this window. */
  readonly limits: readonly ShownResult[];
  /** Milliseconds since the epoch → date and time in the reader's language. */
  readonly formatTime: (ms: number) => string;
}

function worst(...all: readonly Severity[]): Severity {
  return all.reduce((a, b) => (severities.indexOf(b) > severities.indexOf(a) ? b : a), 'ok');
}

function evidenceOf(evidence: readonly Evidence[]): Evidence[] {
  return evidence
    .slice(0, 20)
    .map(({ source, value }) => ({ source: shownText(source, 300), value: shownText(value) }));
}

function card(finding: Finding, attempt: string | undefined): FindingCard {
  const { id, severity, area, remedy } = finding;
  const mending = mendingOf(finding);
  return {
    id,
    severity: severity === 'ok' ? 'info' : severity,
    area: areaTitles[area],
    title: shownText(finding.title),
    cause: shownText(finding.cause),
    consequence: shownText(finding.consequence),
    evidence: evidenceOf(finding.evidence),
    symptoms: finding.explains
      .slice(0, 50)
      .map(({ id, title, evidence }) => ({ id, title: shownText(title), evidence: evidenceOf(evidence) })),
    remedy: {
      summary: shownText(remedy.summary),
      command: shownText(remedy.command),
      typed: canBeTyped(remedy),
      ...(mending !== undefined && { button: { label: mending.label, cost: riskWords[mending.risk] } }),
      ...(remedy.action !== undefined && { undo: undoOf(remedy.action) }),
    },
    meaning: areaMeanings[area],
    docs: finding.docs.filter((link) => /^https:\/\/[^\s"'<>]+$/u.test(link)).slice(0, 5),
    ...(attempt !== undefined && { attempt: shownText(attempt) }),
  };
}

const commandNames: Readonly<Record<Action, CommandName | undefined>> = {
  start: 'start',
  restart: 'restart',
  stop: 'stop',
  'show-log': 'show-log',
  'set-up-helper': 'set-up-helper',
  'update-helper': 'set-up-helper',
  refresh: undefined,
};

function commandsOf({ nextSteps }: Description): Page['commands'] {
  const offered = nextSteps.flatMap((step) => {
    const name = 'action' in step ? commandNames[step.action] : undefined;
    return name === undefined ? [] : [{ name, label: step.label }];
  });
  return [...offered.filter(({ name }) => name !== 'show-log'), { name: 'show-log', label: 'Show the daemon log' }];
}

function seconds(ms: number): string {
  return ms < 1000 ? `${String(Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** What the helper wrote down and what this window has seen, newest first. */
function history({ facts, seen, formatTime }: PageScene): readonly HistoryRow[] {
  const written = (valueOf(facts.helper)?.history ?? []).map(({ at, what, why, ms }) => ({
    at: Date.parse(at),
    row: { what: shownText(what, 100), why: shownText(why, 300), took: ms === 0 ? '' : seconds(ms) },
  }));
  const witnessed = seen.map(({ at, headline, explanation }) => ({
    at,
    row: { what: shownText(headline, 100), why: shownText(explanation, 300), took: '' },
  }));
  return [...written, ...witnessed]
    .filter(({ at }) => !Number.isNaN(at))
    .toSorted((a, b) => b.at - a.at)
    .map(({ at, row }) => ({ at: formatTime(at), ...row }));
}

/** State, facts and diagnosis → what the page shows. Pure: equal scenes give equal pages. */
export function pageOf(scene: PageScene): Page {
  const { state, words, facts, diagnosis, formatTime } = scene;
  const cgroup = facts.cgroup;
  return {
    banner: {
      severity: worst(states[state.kind].severity, ...diagnosis.findings.map(({ severity }) => severity)),
      headline: shownText(words.headline, 300),
      detail: [shownText(words.explanation), sumLine(diagnosis)].filter((text) => text !== '').join(' '),
    },
    commands: commandsOf(words),
    mended: scene.mended.map((title) => shownText(title)),
    findings: diagnosis.findings.map((finding) => card(finding, scene.attempts.get(finding.id))),
    undecided: diagnosis.undecided.map(({ id, area, reason }) => ({
      id,
      area: areaTitles[area],
      reason: shownText(reason, 300),
    })),
    fine: diagnosis.areas.filter(({ severity }) => severity === 'ok').map(({ area }) => areaTitles[area]),
    cgroups: 'value' in cgroup ? cgroupPicture(cgroup.value) : { unreadable: shownText(cgroup.unreadable, 300) },
    platform: platformSteps(facts),
    glances: glances(facts),
    log: logExcerpt(facts, diagnosis.findings),
    history: history(scene),
    taken: `Read ${formatTime(Date.parse(facts.takenAt))}, in ${seconds(facts.tookMs)}`,
  };
}
