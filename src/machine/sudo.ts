import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sudoProgram } from '../daemon/places';
import type { SudoFacts } from './facts/helper';
import { mountOver } from './mountFacts';
import type { Mount } from './mounts';
import { exists, isUnreadable, type Reading } from './reading';
import { realPath } from './realPath';

const setuid = 0o4000;

/** Whether sudo could make this user root, as far as files tell; `allowed` is known once the helper was asked. */
export async function readSudo(root: string, mounts: Reading<readonly Mount[]>, uid: number): Promise<SudoFacts> {
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
