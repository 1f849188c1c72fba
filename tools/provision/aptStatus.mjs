/**
 * What apt says of its own progress (`APT::Status-Fd`, described in apt's progress-reporting document), as a few words,
 * or undefined for any other line of its output.
 *
 *     dlstatus:3:41.2:Retrieving file 3 of 9 (4s remaining)
 *     pmstatus:docker.io:62.5:Unpacking docker.io (amd64)
 *
 * @param {string} line
 */
export function parseAptStatus(line) {
  const match = /^(?:dlstatus|pmstatus):[^:]*(?::[^:]*)?:(\d+(?:\.\d+)?):(.+)$/.exec(line);
  if (match === null) return undefined;
  return `${Math.floor(Number(match[1]))} %  ${match[2]}`;
}
