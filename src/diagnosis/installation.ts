import type { PackageManager } from '../host/programs';

/** Programs that a daemon needs and that a package brings. */
export type EngineProgram = 'dockerd' | 'containerd' | 'containerd-shim-runc-v2' | 'runc' | 'docker-proxy' | 'iptables';

/** The package of each, by the distribution's own names. Where half of a package is gone, it has to be installed anew. */
const packages: Readonly<Record<PackageManager, Readonly<Record<EngineProgram, string>>>> = {
  'apt-get': {
    dockerd: 'docker.io',
    containerd: 'containerd',
    'containerd-shim-runc-v2': 'containerd',
    runc: 'runc',
    'docker-proxy': 'docker.io',
    iptables: 'iptables',
  },
  apk: {
    dockerd: 'docker',
    containerd: 'containerd',
    'containerd-shim-runc-v2': 'containerd',
    runc: 'runc',
    'docker-proxy': 'docker-engine',
    iptables: 'iptables',
  },
};

const lines: Readonly<Record<PackageManager, (names: string) => string>> = {
  // A container has no lists of packages as a rule.
  'apt-get': (names) => `sudo apt-get update && sudo apt-get install --reinstall ${names}`,
  apk: (names) => `sudo apk add ${names}`,
};

/** The command that installs these programs. */
export function installLine(manager: PackageManager, programs: readonly EngineProgram[]): string {
  return lines[manager]([...new Set(programs.map((program) => packages[manager][program]))].join(' '));
}
