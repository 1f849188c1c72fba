import { shellLine } from '../util/shellQuote';

/** Who asks and what is there, as far as the way to root depends on it. */
export interface SetUpFacts {
  /** The `scripts/dind-helper` this extension brought along. */
  readonly helperPath: string;
  /** Login name the helper is to serve. */
  readonly user: string;
  /** Whether this process is root already. */
  readonly root: boolean;
}

/**
 * The installing command as an argument list. The helper is handed to `/bin/sh` instead of being executed, because an
 * extensions folder may be mounted noexec and an unpacked file may have lost its mode.
 */
export function setUpArgv({ helperPath, user, root }: SetUpFacts): readonly string[] {
  const install = ['/bin/sh', helperPath, '--plain', 'install', user];
  return root ? install : ['/usr/bin/sudo', ...install];
}

/** The same as a line to paste into a terminal of one's own. */
export function setUpLine(facts: SetUpFacts): string {
  return shellLine(setUpArgv(facts));
}
