import type { MountFacts } from './facts/storage';
import type { Mount } from './facts/mount';

const maxRelevant = 200;

/** Places of which a rule may ask; what is below the others does not matter. */
const exact = new Set([
  '/',
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/var/run',
  '/tmp',
  '/var/tmp',
  '/usr',
  '/usr/bin',
  '/etc',
]);
const below = ['/sys/', '/proc/', '/dev/', '/run/secrets/kubernetes.io'];
const telling = /lxcfs|sysboxfs|kataShared|9p|virtiofs|grpcfuse|fakeowner|drvfs/u;

/** Whether `path` is `folder` or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  // No text is built for each of ten thousand mounts.
  if (folder === '/') return true;
  return path.startsWith(folder) && (path.length === folder.length || path[folder.length] === '/');
}

/** The mount that a path without links lies on: the last of the longest mount points above it. */
export function mountOver(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (!isWithin(path, mount.mountPoint)) continue;
    if (found === undefined || mount.mountPoint.length >= found.mountPoint.length) found = mount;
  }
  return found;
}

/**
 * Chooses what rules need out of all mounts.
 *
 * @param places paths without links that matter here: data roots, the socket, sudo
 */
export function mountFacts(mounts: readonly Mount[], places: readonly string[]): MountFacts {
  const covering = new Set(places.map((place) => mountOver(mounts, place)));
  const wanted = mounts.filter(
    (mount) =>
      exact.has(mount.mountPoint) ||
      covering.has(mount) ||
      places.includes(mount.mountPoint) ||
      below.some((folder) => mount.mountPoint.startsWith(folder)) ||
      telling.test(mount.fsType) ||
      telling.test(mount.source),
  );
  const root = mounts.findLast(({ mountPoint }) => mountPoint === '/');
  // What covers a place that was asked for stays, whatever else has to go.
  const first = wanted.filter((mount) => covering.has(mount) || exact.has(mount.mountPoint));
  const kept = new Set([...first, ...wanted].slice(0, maxRelevant));
  return {
    count: mounts.length,
    ...(root !== undefined && { root }),
    relevant: wanted.filter((mount) => kept.has(mount)),
  };
}
