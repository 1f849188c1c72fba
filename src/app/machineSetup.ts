import { installLine } from '../diagnosis/installation';
import type { Endpoint } from '../engine/endpoint';
import type { MachineSetup } from '../engine/state';
import { helperProgram } from '../helper/paths';
import { inDaemonPath, packageManagers } from '../host/programs';
import { exists } from '../host/readResult';
import { daemonOwner } from './managedDaemon';

/** Without these the helper starts no daemon (`need_engine` in `scripts/lib/verbs.sh`). */
const needed = ['dockerd', 'containerd'] as const;

async function absentOf<const T extends string>(root: string, names: readonly T[]): Promise<readonly T[]> {
  const found = await Promise.all(names.map((name) => inDaemonPath(root, name)));
  return names.filter((_name, index) => found[index] === undefined);
}

/**
 * What a daemon at that endpoint needs before it can be started; undefined for one that root's helper does not look after. A few
 * calls of access(2), no program. Never throws.
 */
export async function readSetup(endpoint: Endpoint, root = '/'): Promise<MachineSetup | undefined> {
  if (daemonOwner(endpoint) !== 'helper') return undefined;
  const [missing, noManagers, helper] = await Promise.all([
    absentOf(root, needed),
    absentOf(root, packageManagers),
    exists(root, helperProgram),
  ]);
  const manager = packageManagers.find((name) => !noManagers.includes(name));
  const install = missing.length === 0 || manager === undefined ? undefined : installLine(manager, missing);
  return { missing, install, helper };
}
