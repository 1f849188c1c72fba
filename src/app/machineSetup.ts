import { installLine } from '../diagnosis/installation';
import type { Endpoint } from '../engine/endpoint';
import type { MachineSetup } from '../engine/state';
import { helperProgram } from '../helper/paths';
import { lookInDaemonPath, packageManagers } from '../host/programs';
import { exists } from '../host/readResult';
import { daemonOwner } from './managedDaemon';
import { isServed, loginName } from './privileges';

/** Without these the helper starts no daemon (`need_engine` in `scripts/lib/verbs.sh`). */
const needed = ['dockerd', 'containerd'] as const;

/** Where systemd finds its units. */
const unitFolders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

async function absentOf<const T extends string>(root: string, names: readonly T[]): Promise<readonly T[]> {
  const looked = await Promise.all(names.map((name) => lookInDaemonPath(root, name)));
  // One that is there and cannot be executed is not installed anew: a start says what to do about it.
  return names.filter((_name, index) => looked[index]?.found === undefined && looked[index]?.closed === undefined);
}

/** An init system may start a Docker that is anywhere; the helper asks it (`init_find` in `scripts/lib/init.sh`). */
async function initHasDocker(root: string): Promise<boolean> {
  const places = ['/etc/init.d/docker', ...unitFolders.map((folder) => `${folder}/docker.service`)];
  const running = ['/run/systemd/system', '/run/openrc/softlevel', '/etc/inittab'];
  const any = async (paths: readonly string[]): Promise<boolean> =>
    (await Promise.all(paths.map((path) => exists(root, path)))).includes(true);
  return (await any(running)) && any(places);
}

/** Whether the helper may be used: it is installed, and this process is root's or of a user whom it serves. Never throws. */
export async function helperIsReady(): Promise<boolean> {
  const served = process.geteuid?.() === 0 || (await isServed(loginName()));
  return served && exists('/', helperProgram);
}

/**
 * What a daemon at that endpoint needs before it can be started; undefined for one that root's helper does not look after. A few
 * calls of access(2), no program. Never throws.
 */
export async function readSetup(endpoint: Endpoint, root = '/'): Promise<MachineSetup | undefined> {
  if (daemonOwner(endpoint) !== 'helper') return undefined;
  const [missing, noManagers, helper] = await Promise.all([
    initHasDocker(root).then((has) => (has ? [] : absentOf(root, needed))),
    absentOf(root, packageManagers),
    exists(root, helperProgram),
  ]);
  const manager = packageManagers.find((name) => !noManagers.includes(name));
  const install = missing.length === 0 || manager === undefined ? undefined : installLine(manager, missing);
  return { missing, install, helper };
}
