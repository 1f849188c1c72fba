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

/** Volumes by name, each with its place in the container. */
export const volumes = {
  'dind-station-engine': '/var/lib/docker',
  'dind-station-home': '/home/coder',
  'dind-station-commandhistory': '/commandhistory',
  'dind-station-history': '/var/lib/dind-station',
};
