import type { OverallVerdict } from '../../app/verdict';
import { undoOf } from '../../diagnosis/actions';
import type { Diagnosis } from '../../diagnosis/diagnosisSchema';
import type { Evidence } from '../../diagnosis/finding';
import type { Action } from '../../diagnosis/nextStep';
import { diagnosisReport, type FindingCheck } from '../../report/model';
import { asSentence, formatDuration } from '../../util/format';
import type { Facts } from '../../host/facts/facts';
import { valueOf } from '../../host/facts/fact';
import type { ShownResult } from '../limits/status';
import type { CommandName, FindingCard, HistoryRow, Page } from '../../webview/protocol';
import { cgroupPicture } from './cgroupPicture';
import { summaryCards, platformSteps } from './summaryCards';
import { logExcerpt } from './logExcerpt';
import { areaDescriptions, riskDescriptions } from './descriptions';
import { remedyActionOf } from './remedyAction';
import { sanitizeForPage } from '../../util/sanitize';
import { canPaste } from './terminalPaste';

/** A state as it was seen to begin, in the words of then. */
export interface StateTransition {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly headline: string;
  readonly explanation: string;
}

/** Everything the page shows depends on this and on nothing else. */
export interface PageInput {
  /** What is said of Docker, in the bar as here. */
  readonly verdict: OverallVerdict;
  readonly facts: Facts;
  readonly diagnosis: Diagnosis;
  /** Why a remedy did not help, by finding. */
  readonly attempts: ReadonlyMap<string, string>;
  readonly fixed: readonly string[];
  /** States this window has seen, oldest first. */
  readonly transitions: readonly StateTransition[];
  /** What was checked of resource limits in this window. */
  readonly limits: readonly ShownResult[];
  /** Milliseconds since the epoch → date and time in the reader's language. */
  readonly formatTime: (ms: number) => string;
}

function evidenceOf(evidence: readonly Evidence[]): Evidence[] {
  return evidence.slice(0, 20).map(({ source, value }) => ({
    source: sanitizeForPage(source, 300),
    value: sanitizeForPage(value),
  }));
}

function card(finding: FindingCheck, attempt: string | undefined): FindingCard {
  const { id, severity, area, areaTitle, remedy } = finding;
  const remedyAction = remedyActionOf(finding);
  return {
    id,
    severity,
    area: areaTitle,
    title: sanitizeForPage(finding.title),
    cause: sanitizeForPage(finding.cause),
    consequence: sanitizeForPage(finding.consequence),
    evidence: evidenceOf(finding.evidence),
    symptoms: finding.symptoms
      .slice(0, 50)
      .map(({ id, title, evidence }) => ({ id, title: sanitizeForPage(title), evidence: evidenceOf(evidence) })),
    remedy: {
      summary: sanitizeForPage(remedy.summary),
      command: sanitizeForPage(remedy.command),
      canPaste: canPaste(remedy),
      ...(remedyAction !== undefined && {
        button: { label: remedyAction.label, cost: riskDescriptions[remedyAction.risk] },
      }),
      ...(remedy.action !== undefined && { undo: undoOf(remedy.action) }),
    },
    meaning: areaDescriptions[area],
    docs: finding.docs.filter((link) => /^https:\/\/[^\s"'<>]+$/u.test(link)).slice(0, 5),
    ...(attempt !== undefined && { attempt: sanitizeForPage(attempt) }),
  };
}

const commandNames: Readonly<Record<Action, CommandName | undefined>> = {
  start: 'start',
  restart: 'restart',
  stop: 'stop',
  'show-log': 'show-log',
  'set-up-helper': 'set-up-helper',
  'update-helper': 'set-up-helper',
  verify: 'verify',
  refresh: undefined,
};

function commandsOf({ nextSteps }: OverallVerdict): Page['commands'] {
  const offered = nextSteps.flatMap((step) => {
    const name = 'action' in step ? commandNames[step.action] : undefined;
    return name === undefined ? [] : [{ name, label: step.label }];
  });
  return [...offered.filter(({ name }) => name !== 'show-log'), { name: 'show-log', label: 'Show the daemon log' }];
}

/** What the helper wrote down and what this window has seen, newest first. */
function history({ facts, transitions, formatTime }: PageInput): readonly HistoryRow[] {
  const written = (valueOf(facts.helper)?.history ?? []).map(({ at, what, why, ms }) => ({
    at: Date.parse(at),
    row: {
      what: sanitizeForPage(what, 100),
      why: sanitizeForPage(why, 300),
      took: ms === 0 ? '' : formatDuration(ms),
    },
  }));
  const witnessed = transitions.map(({ at, headline, explanation }) => ({
    at,
    row: {
      what: sanitizeForPage(headline, 100),
      why: sanitizeForPage(explanation, 300),
      took: '',
    },
  }));
  return [...written, ...witnessed]
    .filter(({ at }) => !Number.isNaN(at))
    .toSorted((a, b) => b.at - a.at)
    .map(({ at, row }) => ({ at: formatTime(at), ...row }));
}

/** State, facts and diagnosis → what the page shows. Pure: equal scenes give equal pages. */
export function pageOf(input: PageInput): Page {
  const { verdict, facts, diagnosis, formatTime } = input;
  const cgroup = facts.cgroup;
  const report = diagnosisReport(diagnosis);
  return {
    banner: {
      severity: verdict.severity,
      headline: sanitizeForPage(verdict.headline, 300),
      detail: [verdict.explanation, asSentence(verdict.verification)]
        .map((text) => sanitizeForPage(text))
        .concat(report.summary)
        .filter((text) => text !== '')
        .join(' '),
    },
    commands: commandsOf(verdict),
    fixed: input.fixed.map((title) => sanitizeForPage(title)),
    findings: report.findings.map((finding) => card(finding, input.attempts.get(finding.id))),
    skipped: report.skipped.map(({ id, areaTitle: area, cause }) => ({
      id,
      area,
      reason: sanitizeForPage(cause, 300),
    })),
    passed: report.passed.map(({ areaTitle }) => areaTitle),
    cgroups: 'value' in cgroup ? cgroupPicture(cgroup.value) : { unreadable: sanitizeForPage(cgroup.unreadable, 300) },
    platform: platformSteps(facts),
    summaryCards: summaryCards(facts),
    log: logExcerpt(facts, diagnosis.findings),
    history: history(input),
    taken: `Read ${formatTime(Date.parse(facts.takenAt))}, in ${formatDuration(facts.tookMs)}`,
  };
}
