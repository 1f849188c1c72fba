import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import type { Endpoint } from '../engine/endpoint';
import { errorMessage, formatMinute } from '../util/format';
import type { LimitsRunResult } from './runResult';
import { limitVerdicts, type LimitVerdict } from './verdict';

/** Verdicts kept of each check of each engine, and engines. */
const keptRuns = 50;
const keptEngines = 8;

const Entry = v.object({
  /** ISO 8601. */
  at: v.string(),
  verdict: v.picklist(limitVerdicts),
  /** When the engine that gave it was started; absent where that is not known. */
  started: v.optional(v.string()),
});
const File = v.object({
  schema: v.literal(1),
  /** By engine id and endpoint, then by check; the oldest entry first. */
  engines: v.record(v.string(), v.record(v.string(), v.array(Entry))),
});
type Entry = v.InferOutput<typeof Entry>;
export type History = v.InferOutput<typeof File>;

/** What a result is beside the earlier ones of the same engine. */
export type Comparison =
  /** The same for so many runs, this one included. */
  | { readonly kind: 'since'; readonly verdict: LimitVerdict; readonly at: string; readonly runs: number }
  /** Was enforced then. `restart`: the engine was started anew in between. */
  | { readonly kind: 'broke'; readonly at: string; readonly restart?: string }
  | { readonly kind: 'mended'; readonly verdict: LimitVerdict; readonly at: string }
  | { readonly kind: 'changed'; readonly verdict: LimitVerdict; readonly at: string };

const empty: History = { schema: 1, engines: {} };

/** `$XDG_STATE_HOME/dind-station/limits.json` (XDG base directories: a relative value is to be ignored). */
export function historyPath(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment['XDG_STATE_HOME'] ?? '';
  const folder = state.startsWith('/') ? state : join(environment['HOME'] ?? homedir(), '.local', 'state');
  return join(folder, 'dind-station', 'limits.json');
}

function keyOf({ engine }: LimitsRunResult): string {
  return `${engine.id} ${engine.endpoint}`;
}

/** What could not be told says nothing about the limit: it is not kept, or it would push out what was told. */
const isConclusive = (verdict: LimitVerdict): boolean => verdict !== 'error' && verdict !== 'inconclusive';

/** Adds a run; the oldest entries and the engines unused for longest fall out. Pure. */
export function withReport(history: History, report: LimitsRunResult, started: string | undefined): History {
  const id = keyOf(report);
  const before = history.engines[id] ?? {};
  const after = { ...before };
  for (const { id: check, verdict } of report.results) {
    if (!isConclusive(verdict)) continue;
    const entry: Entry = { at: report.startedAt, verdict, ...(started !== undefined && { started }) };
    after[check] = [...(before[check] ?? []), entry].slice(-keptRuns);
  }
  const others = Object.entries(history.engines).filter(([engine]) => engine !== id);
  return { schema: 1, engines: Object.fromEntries([...others.slice(1 - keptEngines), [id, after]]) };
}

/** How each result of a report is beside what was kept before it; nothing for a check that is run for the first time. Pure. */
export function comparisons(before: History, report: LimitsRunResult, started?: string): Map<string, Comparison> {
  const found = new Map<string, Comparison>();
  for (const { id, verdict } of report.results) {
    const told = before.engines[keyOf(report)]?.[id] ?? [];
    const last = told.at(-1);
    if (last === undefined || !isConclusive(verdict)) continue;
    const { at } = last;
    if (last.verdict === verdict) {
      const other = told.findLastIndex((entry) => entry.verdict !== verdict);
      const first = told[other + 1] ?? last;
      found.set(id, { kind: 'since', verdict, at: first.at, runs: told.length - other });
    } else if (last.verdict === 'enforced') {
      const restarted = started !== undefined && last.started !== undefined && started !== last.started;
      found.set(id, { kind: 'broke', at, ...(restarted && { restart: started }) });
    } else {
      found.set(id, { kind: verdict === 'enforced' ? 'mended' : 'changed', verdict: last.verdict, at });
    }
  }
  return found;
}

/** A comparison in a few words, times in UTC to the minute. Pure. */
export function comparisonWords(before: Comparison): string {
  switch (before.kind) {
    case 'since':
      return `${before.verdict} since ${formatMinute(before.at)}, ${String(before.runs)} runs`;
    case 'broke': {
      const restart = before.restart === undefined ? '' : `, after the restart on ${formatMinute(before.restart)}`;
      return `broke${restart}: was enforced on ${formatMinute(before.at)}`;
    }
    case 'mended':
      return `mended: was ${before.verdict} on ${formatMinute(before.at)}`;
    case 'changed':
      return `was ${before.verdict} on ${formatMinute(before.at)}`;
  }
}

/** When the daemon behind a socket began to listen, as far as its socket tells; ISO 8601. */
export async function listeningSince(endpoint: Endpoint): Promise<string | undefined> {
  if (endpoint.kind !== 'unix') return undefined;
  try {
    // Access rights that are given later change the other times of the file, not this one.
    return (await stat(endpoint.socketPath)).mtime.toISOString();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** A damaged file counts as none: what is kept is a convenience. */
async function read(path: string): Promise<History> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return empty;
    throw error;
  }
  try {
    const parsed = v.safeParse(File, JSON.parse(text));
    return parsed.success ? parsed.output : empty;
  } catch (error) {
    if (error instanceof SyntaxError) return empty;
    throw error;
  }
}

export type Kept = { readonly ok: boolean; readonly before: History; readonly message: string };

/** Reads what was kept and adds a report, by rename. Never throws: a home that cannot be written costs the comparison only. */
export async function keepReport(path: string, report: LimitsRunResult, started: string | undefined): Promise<Kept> {
  let before = empty;
  try {
    before = await read(path);
    // Without an answer there is no engine to which the results belong.
    if (report.engine.id === '') return { ok: true, before, message: '' };
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const fresh = `${path}.${String(process.pid)}`;
    await writeFile(fresh, `${JSON.stringify(withReport(before, report, started))}\n`, { mode: 0o600 });
    await rename(fresh, path);
    return { ok: true, before, message: '' };
  } catch (error) {
    return { ok: false, before, message: `The results cannot be kept for comparison: ${errorMessage(error)}.` };
  }
}
