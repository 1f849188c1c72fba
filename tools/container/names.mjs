/** The image that is built. */
export const image = 'dind-station';

/** The container that is made, and no other. */
export const containerName = 'dind-station';

/** The grace period of the container, in seconds; the supervisor's budget (8 s) fits into it. */
export const graceSeconds = 20;

/** The helper as the image has it. */
export const helper = '/usr/local/lib/dind-station/dind-helper';

/** Who uses the station. */
export const user = 'coder';

/** What outlives the container: the ends of the volumes' names, each with its place in it. */
export const places = {
  engine: '/var/lib/docker',
  home: '/home/coder',
  commandhistory: '/commandhistory',
  history: '/var/lib/dind-station',
};

/** The volumes of the person's station, and those of a check, which has to begin with nothing and to leave nothing. */
export const volumePrefix = { station: 'dind-station', check: 'dind-station-check' };

/**
 * Names of volumes, each with its place.
 *
 * @param {string} prefix
 * @returns {[name: string, place: string][]}
 */
export function volumes(prefix) {
  return Object.entries(places).map(([end, place]) => [`${prefix}-${end}`, place]);
}
