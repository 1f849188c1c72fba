/**
 * One thing the machine must have, and the Debian package that brings it. A command is looked for on PATH and in the
 * system's folders. `optional` packages are asked for only where the distribution knows them.
 * @typedef {{ readonly command: string, readonly package: string, readonly optional?: true }
 *   | { readonly file: string, readonly package: string, readonly optional?: true }} Need
 */

/** What dpkg keeps for an installed package; for things that are not told apart by a command's name. */
const installedList = (/** @type {string} */ name) => `/var/lib/dpkg/info/${name}.list`;

/**
 * What the privileged helper works with.
 * @type {readonly Need[]}
 */
const helper = [
  { command: 'sudo', package: 'sudo' },
  { command: 'setfacl', package: 'acl' },
  { command: 'jq', package: 'jq' },
];

/**
 * What a daemon without root works with.
 * @type {readonly Need[]}
 */
const rootless = [
  { command: 'rootlesskit', package: 'rootlesskit' },
  { command: 'newuidmap', package: 'uidmap' },
  { command: 'slirp4netns', package: 'slirp4netns' },
];

/**
 * What `npm start -- --check` works with. busybox must be the static one: it goes into images as their only file.
 * @type {readonly Need[]}
 */
const check = [
  { command: 'chromium', package: 'chromium' },
  { file: installedList('busybox-static'), package: 'busybox-static' },
];

/**
 * Needs by what they are for.
 * @type {Record<'helper' | 'engine' | 'check' | 'test' | 'compile' | 'builder' | 'engineInSandbox' | 'bootstrap', readonly Need[]>}
 */
export const needSets = {
  helper,
  /** A Docker engine under the helper. From Debian 13 on the `docker` command is a package of its own; `docker top` runs ps. */
  engine: [
    ...helper,
    { command: 'dockerd', package: 'docker.io' },
    { command: 'docker', package: 'docker-cli', optional: true },
    { command: 'iptables', package: 'iptables' },
    { command: 'ip', package: 'iproute2' },
    { command: 'ps', package: 'procps' },
    { file: '/etc/ssl/certs/ca-certificates.crt', package: 'ca-certificates' },
  ],
  check,
  /** What the test suites and the lint run. */
  test: [
    ...check,
    { command: 'bats', package: 'bats' },
    { command: 'shellcheck', package: 'shellcheck' },
    { command: 'shfmt', package: 'shfmt' },
    { command: 'ip', package: 'iproute2' },
    { command: 'curl', package: 'curl' },
    { command: 'git', package: 'git' },
    ...rootless,
    { command: 'crun', package: 'crun' },
  ],
  /** What code-server's two native modules are compiled with. */
  compile: [
    { command: 'python3', package: 'python3' },
    { command: 'make', package: 'build-essential' },
    { command: 'g++', package: 'build-essential' },
  ],
  /** BuildKit for a docker command that no longer has it built in; asked for only where none can build. */
  builder: [{ file: installedList('docker-buildx'), package: 'docker-buildx', optional: true }],
  /** What gives an engine in a sandbox a network, beside the engine itself. */
  engineInSandbox: [
    { command: 'slirp4netns', package: 'slirp4netns' },
    { command: 'ip', package: 'iproute2' },
    { command: 'sysctl', package: 'procps' },
  ],
  /** What puts a base image together where no registry answers. */
  bootstrap: [{ command: 'mmdebstrap', package: 'mmdebstrap' }],
};

/** @typedef {keyof typeof needSets} NeedSet */
