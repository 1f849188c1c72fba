import { containerName, graceSeconds, image, volumes } from './names.mjs';

/**
 * What `docker run` is given for a station.
 *
 * @param {object} station
 * @param {string} station.publish address on which the engine publishes the port
 * @param {number} station.port
 * @param {string} station.envFile variables of the container: on a command line everybody on the machine reads them
 * @param {string} station.prefix of its volumes' names
 * @param {'all' | 'fewer'} station.rights all: `--privileged`; fewer: what a nested engine needs at the least
 * @returns {string[]}
 */
export function runArguments({ publish, port, envFile, prefix, rights }) {
  return [
    ...['run', '--detach', '--name', containerName, '--hostname', 'station'],
    ...['--publish', `${publish}:${port}:8080`, '--env-file', envFile, '--stop-timeout', String(graceSeconds)],
    ...volumes(prefix).flatMap(([name, path]) => ['--volume', `${name}:${path}`]),
    ...(rights === 'all' ? ['--privileged'] : fewerRights),
    image,
  ];
}

/** The mount and network namespaces of a nested engine, the session keyrings of its containers, /proc and /sys. */
export const fewerRights = [
  ...['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN'],
  ...['seccomp', 'apparmor', 'systempaths'].flatMap((name) => ['--security-opt', `${name}=unconfined`]),
];

/**
 * Whether an engine refused `--privileged` because it cannot give it: one that lacks a capability itself (20.10 then
 * gives none), or one with user namespaces.
 *
 * @param {string} said by `docker run`
 */
export function needsFewerRights(said) {
  return /apply caps|privileged mode is incompatible/.test(said);
}
