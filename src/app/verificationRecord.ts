import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { verificationSteps, type TimedVerification } from '../engine/verification';

/** Daemon starts that are remembered: one user has few daemons, and only their last starts matter. */
const maxDaemons = 16;

const entrySchema = v.object({
  /** Milliseconds since the epoch. */
  at: v.number(),
  verification: v.variant('verdict', [
    v.object({ verdict: v.literal('yes') }),
    v.object({ verdict: v.literal('no'), step: v.picklist(verificationSteps), message: v.string() }),
  ]),
});
const fileSchema = v.object({ schema: v.literal(1), daemons: v.record(v.string(), entrySchema) });
type Entry = v.InferOutput<typeof entrySchema>;

/** `$XDG_STATE_HOME/dind-station/verified.json`, which every window and terminal of a user shares. */
export function verificationPath(environment: Readonly<Record<string, string | undefined>>): string {
  const state = environment['XDG_STATE_HOME'] ?? '';
  const folder = state.startsWith('/') ? state : join(environment['HOME'] ?? homedir(), '.local', 'state');
  return join(folder, 'dind-station', 'verified.json');
}

async function readAll(path: string): Promise<Readonly<Record<string, Entry>>> {
  try {
    const parsed = v.safeParse(fileSchema, JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output.daemons : {};
  } catch {
    // None yet, or damaged: then nothing is known, and a container is run again.
    return {};
  }
}

/** What is known of that start of a daemon; undefined when nobody has found out yet. Never throws. */
export async function readVerification(path: string, identity: string): Promise<TimedVerification | undefined> {
  const entry = (await readAll(path))[identity];
  return entry && { ...entry.verification, at: entry.at };
}

/** Remembers it; the starts that were looked at longest ago are forgotten. Rejects when it cannot be written. */
export async function keepVerification(
  path: string,
  identity: string,
  { at, ...verification }: TimedVerification,
): Promise<void> {
  const { [identity]: _before, ...others } = await readAll(path);
  const newest = Object.entries(others)
    .sort(([, a], [, b]) => a.at - b.at)
    .slice(1 - maxDaemons);
  const daemons: Record<string, Entry> = { ...Object.fromEntries(newest), [identity]: { at, verification } };
  await mkdir(dirname(path), { recursive: true });
  // By rename: another window reads the whole of it or what was before.
  const next = `${path}.${String(process.pid)}`;
  try {
    await writeFile(next, `${JSON.stringify({ schema: 1, daemons })}\n`, { mode: 0o600 });
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
