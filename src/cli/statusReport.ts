import type { InstalledOrUnknown } from '../app/helperRunner';
import type { HelperStateFile } from '../helper/helperState';
import type { Description } from '../diagnosis/describe';
import type { Endpoint } from '../engine/endpoint';
import type { EngineState } from '../engine/state';
import { isUsable, rowOf } from '../engine/stateTable';
import { stepWords } from '../app/lifecycle';
import { statusExit, type ExitStatus } from './exitStatus';
import { nextStepLines, typed, type TerminalCommands } from './outcome';
import type { Paint } from '../report/paint';

/** Everything `status` found out. */
export interface StatusFacts {
  readonly state: EngineState;
  /** Whether a container has run since the daemon was started; undefined where no engine answers. */
  readonly verified: { readonly verdict: 'yes' | 'no' | 'not-yet'; readonly why: string | null } | undefined;
  readonly words: Description;
  readonly endpoint: Endpoint | undefined;
  /** From the answer to the ping. */
  readonly apiVersion: string | undefined;
  /** The helper's last word on this daemon; undefined for an endpoint it does not look after. */
  readonly lastRun: HelperStateFile | undefined;
  readonly helper: InstalledOrUnknown;
  /** Something that was passed over on the way to the endpoint, or why an engine that answers starts no container. */
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
  readonly endpoint: {
    readonly display: string;
    readonly kind: Endpoint['kind'];
    readonly source: Endpoint['source'];
    readonly context: string | null;
  } | null;
  readonly engineVersion: string | null;
  readonly apiVersion: string | null;
  readonly details: EngineState['details'] | null;
  readonly verified: NonNullable<StatusFacts['verified']> | null;
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

export function statusJson(status: StatusFacts, commands: TerminalCommands): StatusJson {
  const { state, words, endpoint, lastRun } = status;
  return {
    schema: 1,
    state: state.kind,
    cause: state.cause ?? null,
    step: state.step ?? null,
    headline: words.headline,
    explanation: words.explanation,
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
    verified: status.verified ?? null,
    lastRun:
      lastRun === undefined ? null : { verb: lastRun.verb, by: lastRun.by, since: lastRun.since, code: lastRun.code },
    helper: status.helper,
    nextSteps: words.nextSteps.map((step) => typed(step, commands)),
    warning: status.warning ?? null,
    exit: statusExit(state.kind),
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

const verifiedWords = {
  yes: 'yes: a container has run since the daemon was started',
  no: 'no: a container could not be run',
  'not-yet': 'not yet: the engine responds, no container was run',
} as const;

function facts({ state, verified, endpoint, apiVersion, lastRun, helper }: StatusFacts): [string, string][] {
  const rows: [string, string][] = [];
  if (endpoint !== undefined) {
    const context = endpoint.context === undefined ? '' : ` ${endpoint.context}`;
    rows.push(['endpoint', `${endpoint.display} (${endpoint.source}${context})`]);
  }
  const version = state.details?.version ?? state.engineVersion;
  if (version !== undefined) {
    rows.push(['engine', apiVersion === undefined ? version : `${version}, API ${apiVersion}`]);
  }
  if (verified !== undefined) rows.push(['verified', verifiedWords[verified.verdict]]);
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

function colourOf(state: EngineState, paint: Paint): (text: string) => string {
  const { severity } = rowOf(state);
  if (severity === 'info') return paint.warn;
  return isUsable(state) ? paint.good : paint.bad;
}

/** `status` for people: the headline, why, the facts, what to do. */
export function statusLines(status: StatusFacts, commands: TerminalCommands, paint: Paint): string[] {
  const { state, words, warning } = status;
  const exit = statusExit(state.kind);
  const colour = colourOf(state, paint);
  const lines = [colour(paint.bold(words.headline))];
  if (words.explanation !== '') lines.push(words.explanation);
  if (state.step !== undefined) lines.push(`Now: ${stepWords(state.step)}.`);
  if (warning !== undefined) lines.push(paint.warn(warning));
  const rows = facts(status);
  const width = Math.max(...rows.map(([name]) => name.length));
  lines.push('', ...rows.map(([name, value]) => `  ${paint.dim(name.padEnd(width))}   ${value}`));
  for (const text of state.details?.warnings ?? []) lines.push(`  ${paint.warn(text)}`);
  if (words.nextSteps.length > 0 && exit !== 0) {
    lines.push('', 'What to do:', ...nextStepLines(words.nextSteps, commands).map((line) => `  ${line}`));
  }
  return lines;
}
