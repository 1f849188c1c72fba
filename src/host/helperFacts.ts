import { join } from 'node:path';
import * as v from 'valibot';
import { helperVersion } from '../helper/installed';
import { helperFolder, helperProgram, stateFile } from '../helper/paths';
import { parseHelperState } from '../helper/helperState';
import { checkTrust } from '../helper/trust';
import { historyEntrySchema, type HelperFacts, type HistoryEntry } from './facts/helper';
import { readHelperUsers } from './helperUsers';
import { defined, textOf } from './readResult';

const maxEntries = 50;
const maxWarnings = 100;
/** As much as the helper lets the file grow to. */
const historyBytes = 262_144;

/** The last entries of `history.jsonl`, oldest first; a line that is none (cut off by a full disk) is left out. */
export function parseHistory(text: string): HistoryEntry[] {
  const entries = text.split('\n').flatMap((line): HistoryEntry[] => {
    try {
      const parsed = v.safeParse(historyEntrySchema, JSON.parse(line));
      return parsed.success ? [parsed.output] : [];
    } catch {
      // Not JSON: see above.
      return [];
    }
  });
  return entries.slice(-maxEntries);
}

/** `helper.conf`: `KEY=VALUE` lines; whether a value is right is for the helper. */
export function parseHelperConfig(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const match = /^([a-z_]+)=(.*)$/u.exec(line);
      return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
    }),
  );
}

async function readInstalled(root: string): Promise<Pick<HelperFacts, 'installed' | 'why' | 'version'>> {
  const source = await textOf(root, helperProgram);
  if (source === undefined) return { installed: 'missing' };
  const version = helperVersion(source);
  const trust = await checkTrust({
    installedFolder: join(root, helperFolder),
    trustedFrom: root,
    groupFile: join(root, '/etc/group'),
  });
  if (trust.status !== 'untrusted') return { installed: trust.status, version };
  // In a copy of a machine the path is the one of the machine.
  const why = root === '/' ? trust.why : trust.why.replaceAll(root, '');
  return { installed: 'untrusted', version, why };
}

/**
 * The helper as every user may see it. Never throws.
 *
 * @param bundled the copy that comes with this program
 */
export async function readHelper(root: string, userName: string, bundled?: string): Promise<HelperFacts> {
  const [installed, users, config, state, history, volatile, warnings] = await Promise.all([
    readInstalled(root),
    readHelperUsers(root),
    textOf(root, '/etc/dind-station/helper.conf', 65_536),
    textOf(root, stateFile, 65_536),
    textOf(root, '/var/lib/dind-station/history.jsonl', historyBytes),
    // Where /var/lib cannot be written.
    textOf(root, '/run/dind-station/history.jsonl', historyBytes),
    textOf(root, '/run/dind-station/warnings', 65_536),
  ]);
  return defined({
    ...installed,
    bundled,
    knowsUser: users.includes(userName),
    users,
    config: parseHelperConfig(config ?? ''),
    state: parseHelperState(state ?? ''),
    history: parseHistory(history ?? volatile ?? ''),
    warnings: (warnings ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, maxWarnings),
  });
}
