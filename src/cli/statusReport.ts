import type { InstalledOrUnknown } from '../app/helperRunner';
import type { HelperStateFile } from '../helper/helperState';
import type { OverallVerdict, Verified } from '../app/verdict';
import type { Severity } from '../diagnosis/finding';
import { steps } from '../diagnosis/nextStep';
import type { Endpoint } from '../engine/endpoint';
import type { EngineState } from '../engine/state';
import { stepWords } from '../app/lifecycle';
import { exitStatus, statusExit, type ExitStatus } from './exitStatus';
import { nextStepLines, typed, type TerminalCommands } from './outcome';
import type { Paint } from '../report/paint';
import { harmless } from './terminal';

/** Everything `status` found out. */
export interface StatusFacts {
  readonly state: EngineState;
  readonly verdict: OverallVerdict;
  /** False: whether something is wrong with this machine could not be found out in time. */
  readonly examined: boolean;
  readonly endpoint: Endpoint | undefined;
  /** From the answer to the ping. */
  readonly apiVersion: string | undefined;
  /** The helper's last word on this daemon; undefined for an endpoint it does not look after. */
  readonly lastRun: HelperStateFile | undefined;
  readonly helper: InstalledOrUnknown;
  /** Something that was passed over on the way to the endpoint. */
  readonly warning: string | undefined;
}

/** `status --json`: one object. Fields are added, never changed, within a schema number. */
export interface StatusJson {
  readonly schema: 1;
  readonly state: EngineState['kind'];
  readonly cause: EngineState['cause'] | null;
  readonly step: string | null;
  readonly headline: string;
  readonly explanation: string;
  readonly severity: Severity;
  /** The finding of `doctor` that decides the headline. */
  readonly finding: string | null;
  /** False: whether something else is wrong is not known. */
  readonly examined: boolean;
  readonly endpoint: {
    readonly display: string;
    readonly kind: Endpoint['kind'];
    readonly source: Endpoint['source'];
    readonly context: string | null;
  } | null;
  readonly engineVersion: string | null;
  readonly apiVersion: string | null;
  readonly details: EngineState['details'] | null;
  /** `at`: when, ISO 8601, UTC. */
  readonly verified: {
    readonly verdict: Verified['verdict'];
    readonly why: string | null;
    readonly at: string | null;
  } | null;
  readonly lastRun: {
    readonly verb: string;
    readonly by: string;
    readonly since: string;
    readonly code: string;
  } | null;
  readonly helper: StatusFacts['helper'];
  readonly nextSteps: readonly { readonly label: string; readonly command: string }[];
  readonly warning: string | null;
  readonly exit: ExitStatus;
}

/** What `status` ends with. */
export function exitOf({ state, verdict, examined }: StatusFacts): ExitStatus {
  return statusExit(state.kind, verdict.severity, examined);
}

const unexamined = 'Whether something else is wrong is not known: this machine could not be examined in time.';

/** Why Docker is so, and what could not be found out. */
function explanationOf({ verdict, examined }: StatusFacts): string {
  return [verdict.explanation, examined ? '' : unexamined].filter((text) => text !== '').join(' ');
}

function verifiedJson({ verified, note }: OverallVerdict): StatusJson['verified'] {
  switch (verified?.verdict) {
    case undefined:
      return null;
    case 'yes':
      return { verdict: 'yes', why: null, at: new Date(verified.at).toISOString() };
    case 'no':
      return { verdict: 'no', why: verified.message, at: new Date(verified.at).toISOString() };
    case 'not-yet':
      return { verdict: 'not-yet', why: verified.reason === 'not-yet' ? null : note, at: null };
  }
}

/** The finding whose remedy comes first. */
function findingOf({ nextSteps: [first] }: OverallVerdict): string | undefined {
  return first !== undefined && 'command' in first ? first.finding?.id : undefined;
}

export function statusJson(status: StatusFacts, commands: TerminalCommands): StatusJson {
  const { state, verdict, endpoint, lastRun } = status;
  const finding = findingOf(verdict);
  // Until there were findings here, what keeps an engine that answers from starting containers was told as a warning.
  const warnings = [status.warning, finding && `${verdict.headline}. ${verdict.explanation}`];
  const warning = warnings.filter((text) => text !== undefined).join(' ');
  return {
    schema: 1,
    state: state.kind,
    cause: state.cause ?? null,
    step: state.step ?? null,
    headline: verdict.headline,
    explanation: explanationOf(status),
    severity: verdict.severity,
    finding: finding ?? null,
    examined: status.examined,
    endpoint:
      endpoint === undefined
        ? null
        : {
            display: endpoint.display,
            kind: endpoint.kind,
            source: endpoint.source,
            context: endpoint.context ?? null,
          },
    engineVersion: state.details?.version ?? state.engineVersion ?? null,
    apiVersion: status.apiVersion ?? null,
    details: state.details ?? null,
    verified: verifiedJson(verdict),
    lastRun:
      lastRun === undefined ? null : { verb: lastRun.verb, by: lastRun.by, since: lastRun.since, code: lastRun.code },
    helper: status.helper,
    nextSteps: verdict.nextSteps.map((step) => typed(step, commands)),
    warning: warning === '' ? null : warning,
    exit: exitOf(status),
  };
}

function helperWords(helper: StatusFacts['helper']): string {
  switch (helper.status) {
    case 'current':
      return `${helper.version}, installed`;
    case 'outdated':
      return helper.installedVersion === helper.bundledVersion
        ? `${helper.installedVersion}, installed with other content than this program brings`
        : `${helper.installedVersion} installed, ${helper.bundledVersion} comes with this program`;
    case 'untrusted':
      return `not used: ${helper.why}`;
    case 'missing':
      return 'not installed';
    case 'unknown':
      return helper.why;
  }
}

const verifiedWords: Readonly<Record<Verified['verdict'], string>> = { yes: 'yes', no: 'no', 'not-yet': 'not yet' };

function facts({ state, verdict, endpoint, apiVersion, lastRun, helper }: StatusFacts): [string, string][] {
  const rows: [string, string][] = [];
  if (endpoint !== undefined) {
    const context = endpoint.context === undefined ? '' : ` ${endpoint.context}`;
    rows.push(['endpoint', `${endpoint.display} (${endpoint.source}${context})`]);
  }
  const version = state.details?.version ?? state.engineVersion;
  if (version !== undefined) {
    rows.push(['engine', apiVersion === undefined ? version : `${version}, API ${apiVersion}`]);
  }
  const { verified, note } = verdict;
  if (verified !== undefined)
    rows.push(['verified', `${verifiedWords[verified.verdict]}: ${note.replace(/^verified: /u, '')}`]);
  const { details } = state;
  if (details !== undefined) {
    rows.push(['storage', `${details.storageDriver}, ${details.dataRoot}`]);
    rows.push([
      'cgroup',
      details.cgroupVersion === '' ? details.cgroupDriver : `v${details.cgroupVersion}, ${details.cgroupDriver}`,
    ]);
    rows.push(['containers', `${String(details.containersRunning)} of ${String(details.containers)} running`]);
    rows.push(['live-restore', details.liveRestore ? 'on: containers outlive a restart of the daemon' : 'off']);
  }
  if (lastRun !== undefined) rows.push(['last run', `${lastRun.verb} by ${lastRun.by}, ${lastRun.since}`]);
  rows.push(['helper', helperWords(helper)]);
  return rows;
}

function colourOf(status: StatusFacts, paint: Paint): (text: string) => string {
  const { severity } = status.verdict;
  if (exitOf(status) === exitStatus.fine) return severity === 'warning' ? paint.warn : paint.good;
  return severity === 'info' || !status.examined ? paint.warn : paint.bad;
}

/** `status` for people: the headline, why, the facts, what to do. */
export function statusLines(status: StatusFacts, commands: TerminalCommands, paint: Paint): string[] {
  const { state, verdict, warning } = status;
  const exit = exitOf(status);
  const colour = colourOf(status, paint);
  const lines = [colour(paint.bold(harmless(verdict.headline)))];
  const explanation = explanationOf(status);
  if (explanation !== '') lines.push(harmless(explanation));
  if (state.step !== undefined) lines.push(`Now: ${stepWords(state.step)}.`);
  if (warning !== undefined) lines.push(paint.warn(harmless(warning)));
  const rows = facts(status);
  const width = Math.max(...rows.map(([name]) => name.length));
  lines.push('', ...rows.map(([name, value]) => `  ${paint.dim(name.padEnd(width))}   ${harmless(value)}`));
  for (const text of state.details?.warnings ?? []) lines.push(`  ${paint.warn(harmless(text))}`);
  // Of an engine that can be used nothing has to be done; that it was not verified can be mended by a word.
  const offered = exit === 0 ? verdict.nextSteps.filter((step) => step === steps.verify) : verdict.nextSteps;
  if (offered.length > 0) lines.push('', 'Next steps:', ...nextStepLines(offered, commands).map((line) => `  ${line}`));
  return lines;
}
