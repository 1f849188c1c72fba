/** Turns off, for the command line, what runs a container unasked: `off`, `no`, `false` or `0`. */
export const verifyVariable = 'DIND_STATION_VERIFY';

/** Whether the environment leaves it on. */
export function verifiesIn(environment: Readonly<Record<string, string | undefined>>): boolean {
  return !['off', 'no', 'false', '0'].includes((environment[verifyVariable] ?? '').trim().toLowerCase());
}
