import { mountAt, readMounts } from './mounts';
import { isUnreadable } from './reading';
import { realPath } from './realPath';

/**
 * Whether another socket is mounted over that path, as `docker run -v /var/run/docker.sock:/var/run/docker.sock` does:
 * the daemon behind it is the host's then. The evidence names the mount, or why none could be looked for.
 */
export async function readSocketMount(
  socketPath: string,
  root = '/',
): Promise<{ readonly mounted: boolean; readonly evidence: string }> {
  const [path, mounts] = await Promise.all([realPath(socketPath, root), readMounts(root)]);
  if (isUnreadable(mounts)) return { mounted: false, evidence: mounts.unreadable };
  const mount = path === undefined ? undefined : mountAt(mounts, path);
  return mount === undefined
    ? { mounted: false, evidence: '' }
    : { mounted: true, evidence: `${mount.mountPoint} is a mount of ${mount.root} (${mount.fsType} ${mount.source})` };
}
