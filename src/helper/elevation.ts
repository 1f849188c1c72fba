import { sudoProgram } from './paths';

/** How a helper verb becomes root's: what stands before the helper's path in the argument list. */
export interface Elevation {
  /** Prefix of the helper's path; empty when this process is root already, or the program is the user's own. */
  readonly prefix: readonly string[];
  /**
   * True when sudo may ask on the terminal. It can do so only from the terminal's foreground process group, so such a
   * child stays in ours; every other child gets a group of its own and no Ctrl-C of the terminal.
   */
  readonly asks: boolean;
}

/** Nothing stands before the program, and nobody is asked. */
export const withoutElevation: Elevation = { prefix: [], asks: false };

/**
 * The way to root for this process.
 *
 * @param euid effective user id of this process
 * @param terminal whether a person sits at a terminal and can be asked for a password (an extension host has none)
 * @param sudo another program in sudo's place, for tests
 */
export function elevationFor(euid: number, terminal: boolean, sudo: string = sudoProgram): Elevation {
  if (euid === 0) return withoutElevation;
  return terminal ? { prefix: [sudo], asks: true } : { prefix: [sudo, '-n'], asks: false };
}

/**
 * The environment a helper gets. An extension host carries ELECTRON_RUN_AS_NODE, NODE_OPTIONS, VSCODE_* and a PATH
 * without sbin; sudo resets most of that, but not when this process is root and calls the helper itself.
 * The language is fixed because sudo's refusals are told apart by their English text.
 *
 * @param kept names to pass on besides HOME and TERM
 */
export function cleanEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  kept: readonly string[] = [],
): Record<string, string> {
  const clean: Record<string, string> = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
  for (const name of ['HOME', 'TERM', ...kept]) {
    const value = own[name];
    if (value !== undefined) clean[name] = value;
  }
  return clean;
}
