import table from '../../scripts/lib/causes.tsv';
import type { RunningCauseId, StartCauseId } from './causeIds';

/** What tells one line of the daemon's log from another when the decisive one is looked for; see the table. */
const lineKinds = [
  ...['prefix', 'aside', 'begin', 'containerd', 'listen', 'panic', 'stamped'],
  ...['giving-up', 'continuation', 'last-words', 'error', 'fatal', 'noise', 'request'],
] as const;
export type LineKind = (typeof lineKinds)[number];

/** One cause, as a line of the daemon's log shows it. */
export interface CauseRow<Id extends string = string> {
  /** Stable, kebab-case; after `start.` or `log.` in the finding's id. */
  readonly id: Id;
  readonly severity: 'error' | 'warning' | 'info';
  readonly pattern: RegExp;
  /** What is wrong, in a few words; `$1` is the pattern's first group. */
  readonly title: string;
  readonly consequence: string;
  /** One sentence: what to do. `$1` as above. */
  readonly nextStep: string;
  /** Of the command, as something to click. */
  readonly label: string | undefined;
  readonly command: string;
}

const rows = table
  .split('\n')
  .filter((row) => row !== '' && !row.startsWith('#'))
  .map((row) => row.split('\t'));

/** That the table has exactly the ids that the compiler knows is held by a test. */
function causes<Id extends string>(when: 'start' | 'running'): CauseRow<Id>[] {
  return rows
    .filter((cells) => cells[0] === when)
    .map((cells) => {
      const [, id = '', severity = '', pattern = '', title = '', consequence = '', nextStep = '', label, command] =
        cells;
      if (command === undefined || cells.length > 9 || !/^(?:error|warning|info)$/u.test(severity)) {
        throw new Error(`causes.tsv: ${when} ${id} has not got the cells of its head`);
      }
      return {
        ...{
          id: id as Id,
          severity: severity as CauseRow['severity'],
          pattern: new RegExp(pattern),
          title,
          consequence,
          nextStep,
        },
        ...{ label: label === '-' ? undefined : label, command },
      };
    });
}

function lines(kind: LineKind): RegExp {
  const patterns = rows.flatMap(([when, id, , pattern]) => (when === 'line' && id === kind ? (pattern ?? []) : []));
  if (patterns.length === 0) throw new Error(`causes.tsv: no line is ${kind}`);
  return new RegExp(patterns.join('|'));
}

/** Why a daemon did not start, in the order in which they are tried. */
export const startCauses: readonly CauseRow<StartCauseId>[] = causes('start');

/** What a running daemon answered to requests with, in the order in which they are tried. */
export const runningCauses: readonly CauseRow<RunningCauseId>[] = causes('running');

export const lineKind = Object.fromEntries(lineKinds.map((kind) => [kind, lines(kind)])) as Readonly<
  Record<LineKind, RegExp>
>;
