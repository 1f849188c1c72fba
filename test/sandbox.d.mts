/** Login name of the person at the editor and at the terminal. */
export const user: string;
/** The installed helper. */
export const helper: string;
export const socketPath: string;
/** Runs a program to its end and gives its output; fails with what it said. */
export function command(name: string, ...args: readonly string[]): string;
/** Living processes whose name begins so; zombies do not count. */
export function pidsOf(name: string): number[];
/** Runs a verb of the installed helper as root and gives what it said; fails when the helper does. */
export function helperVerb(verb: string): string;
/** Back to a machine on which no daemon runs, none has run, and nothing is in the socket's place. */
export function endDaemons(): void;
/** Back to a machine on which nothing has happened but that the helper was installed for `coder`. Refuses outside of a sandbox. */
export function freshSandbox(): void;
