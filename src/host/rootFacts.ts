import * as v from 'valibot';
import { runHelper, type HelperOutcome, type HelperRun } from '../helper/run';
import type { Fact } from './facts/fact';
import type { RootFacts, SudoFacts } from './facts/helper';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sudoProgram } from '../helper/paths';
import { mountOver } from './mountFacts';
import type { Mount } from './facts/mount';
import { exists, isUnreadable, type ReadResult } from './readResult';
import { realPath } from './realPath';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Table = v.object({
  tables: v.record(v.string(), count),
  dockerChain: v.boolean(),
  forwardPolicy: v.optional(v.string()),
  dockerUserRules: count,
});

/** One line of `dind-helper facts` each; `fact` tells which. */
const Line = v.variant('fact', [
  v.object({
    fact: v.literal('process'),
    ...{ pid: count, comm: v.string(), exe: v.string(), stdout: v.string(), stderr: v.string() },
    ...{ wchan: v.string(), openFiles: count },
  }),
  v.object({ fact: v.literal('container'), value: v.string() }),
  v.object({ fact: v.literal('iptables'), backend: v.picklist(['nft', 'legacy']), value: Table }),
  v.object({ fact: v.literal('iptables-unreadable'), why: v.string() }),
  v.object({ fact: v.literal('drivers'), value: v.array(v.string()) }),
  v.object({ fact: v.literal('containers'), value: count }),
  v.object({
    fact: v.literal('root'),
    ...{ role: v.picklist(['data', 'containerd']), path: v.string(), totalBytes: count, freeBytes: count },
    ...{ availableBytes: count, totalInodes: count, freeInodes: count },
  }),
  v.object({ fact: v.literal('daemon-json'), value: v.string() }),
  v.object({
    fact: v.literal('database'),
    ...{ path: v.string(), sizeBytes: count, state: v.picklist(['ok', 'empty', 'damaged']) },
  }),
  v.object({ fact: v.literal('socket-acl'), value: v.array(v.string()) }),
  v.object({ fact: v.literal('kernel-log'), value: v.array(v.string()) }),
]);
type Line = v.InferOutput<typeof Line>;

function parseLine(text: string): Line | undefined {
  try {
    const parsed = v.safeParse(Line, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    // A stray line of another program.
    return undefined;
  }
}

/** Properties of a process that the helper could not read are empty there, and absent here. */
function processOf({
  pid,
  comm,
  exe,
  stdout,
  stderr,
  wchan,
  openFiles,
}: Extract<Line, { fact: 'process' }>): RootFacts['processes'][number] {
  return {
    pid,
    comm,
    openFiles,
    ...(exe !== '' && { exe }),
    ...(stdout !== '' && { stdout }),
    ...(stderr !== '' && { stderr }),
    ...(wchan !== '' && wchan !== '0' && { wchan }),
  };
}

function tableOf({
  value,
}: Extract<Line, { fact: 'iptables' }>): NonNullable<
  Extract<RootFacts['iptables'], { value: unknown }>['value']['nft']
> {
  const { tables, dockerChain, forwardPolicy, dockerUserRules } = value;
  return { tables, dockerChain, dockerUserRules, ...(forwardPolicy !== undefined && { forwardPolicy }) };
}

/** What the lines of `dind-helper facts` say; lines this version does not know are left out. */
export function parseRootFacts(lines: readonly string[], helperVersion: string): RootFacts {
  const known = lines.map(parseLine).filter((line) => line !== undefined);
  const of = <F extends Line['fact']>(fact: F): Extract<Line, { fact: F }>[] =>
    known.filter((line): line is Extract<Line, { fact: F }> => line.fact === fact);
  const container = of('container')[0]?.value;
  const containers = of('containers')[0]?.value;
  const daemonJson = of('daemon-json')[0]?.value;
  const refused = of('iptables-unreadable')[0];
  return {
    helperVersion,
    processes: of('process').map(processOf),
    iptables:
      refused === undefined
        ? { value: Object.fromEntries(of('iptables').map((line) => [line.backend, tableOf(line)])) }
        : { unreadable: refused.why },
    ...(container !== undefined && { containerVariable: container }),
    drivers: of('drivers')[0]?.value ?? [],
    ...(containers !== undefined && { containers }),
    roots: of('root').map(({ role, path, totalBytes, freeBytes, availableBytes, totalInodes, freeInodes }) => ({
      role,
      path,
      space: { value: { totalBytes, freeBytes, availableBytes, totalInodes, freeInodes } },
    })),
    ...(daemonJson !== undefined && { daemonJson }),
    databases: of('database').map(({ path, sizeBytes, state }) => ({ path, sizeBytes, state })),
    socketAcl: of('socket-acl')[0]?.value ?? [],
    kernelLog: of('kernel-log')[0]?.value ?? [],
  };
}

/** What asking the helper told about sudo. */
export type SudoAnswer = Pick<SudoFacts, 'allowed' | 'refusal'>;

function refusalOf(outcome: Exclude<HelperOutcome, { kind: 'result' }>): string {
  switch (outcome.kind) {
    case 'refused':
      return outcome.refusal.message;
    case 'not-installed':
      return `${outcome.path} is not installed`;
    case 'broken':
      return outcome.message;
  }
}

const maxLines = 2000;

/** Asks the helper, which asks nobody for a password. Never throws. */
export async function readRootFacts(
  run: Omit<HelperRun, 'onText' | 'timeoutMs'>,
  deadlineMs: number,
): Promise<{ readonly root: Fact<RootFacts>; readonly sudo: SudoAnswer }> {
  const lines: string[] = [];
  const onText = (line: string): void => {
    if (lines.length < maxLines) lines.push(line);
  };
  const outcome = await runHelper('facts', { ...run, onText, timeoutMs: deadlineMs, graceMs: 0 });
  if (outcome.kind === 'result') {
    const { ok, message } = outcome.result;
    if (ok) return { root: { value: parseRootFacts(lines, message) }, sudo: { allowed: 'yes' } };
    return { root: { unreadable: message }, sudo: { allowed: 'unknown' } };
  }
  const refusal = refusalOf(outcome);
  // A helper that is not run says nothing of what sudo would allow.
  const denied =
    outcome.kind === 'refused' && outcome.result === undefined && outcome.refusal.reason !== 'untrusted-helper';
  return { root: { unreadable: refusal }, sudo: denied ? { allowed: 'no', refusal } : { allowed: 'unknown' } };
}

const setuid = 0o4000;

/** Whether sudo could make this user root, as far as files tell; `allowed` is known once the helper was asked. */
export async function readSudo(root: string, mounts: ReadResult<readonly Mount[]>, uid: number): Promise<SudoFacts> {
  const dropIn = await exists(root, `/etc/sudoers.d/dind-station-${uid}`);
  const nothing: SudoFacts = { setuidRoot: false, nosuid: false, dropIn, allowed: 'unknown' };
  const resolved = await realPath(sudoProgram, root);
  if (resolved === undefined) return nothing;
  try {
    const { mode, uid: owner } = await stat(join(root, resolved));
    const over = isUnreadable(mounts) ? undefined : mountOver(mounts, resolved);
    return {
      path: sudoProgram,
      setuidRoot: owner === 0 && (mode & setuid) !== 0,
      nosuid: over?.options.includes('nosuid') ?? false,
      dropIn,
      allowed: 'unknown',
    };
  } catch {
    // Not installed; a container image often has none.
    return nothing;
  }
}
