import { expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import { configure, down, healthyFacts, inform, mount, type HealthyFacts } from '../healthy';

const found = (change: (facts: HealthyFacts) => void) => {
  return diagnose(healthyFacts(change)).findings.filter(({ severity }) => severity === 'error');
};
const fails = (message: string) => (facts: HealthyFacts) =>
  void Object.assign(facts.verification, { value: { verdict: 'no', step: 'start', message } });

test("containers that fail are an error with the engine's sentence whole, whatever it says", () => {
  const sentence = `OCI runtime create failed: ${'x'.repeat(600)}: exit status 127: unknown`;
  const [error, ...others] = found(fails(sentence));
  expect(error?.id).toBe('daemon.containers-fail');
  expect(error?.cause).toContain(sentence);
  expect(others).toEqual([]);
});

test('a program that is missing is the cause, and the failure follows from it', () => {
  for (const program of ['runc', 'containerd-shim-runc-v2'] as const) {
    const errors = found((facts) => {
      fails('exec: not found')(facts);
      Reflect.deleteProperty(facts.daemonConfig.value.programs, program);
    });
    expect(errors.map(({ title }) => title)).toEqual([`${program} is not installed where the daemon looks`]);
    expect(errors[0]?.explains.map(({ id }) => id)).toContain('daemon.containers-fail');
  }
});

test.each([
  ['644', 'Its mode is 644: nobody may execute it.', 'sudo chmod 755 /usr/bin/runc'],
  [
    '755',
    'Its mode, 755, permits it; perhaps the file system it is on is mounted noexec.',
    'findmnt --target /usr/bin/runc',
  ],
])('a program of mode %s that cannot be executed is not called missing', (mode, cause, command) => {
  const errors = found((facts) => {
    fails('exec: "runc": executable file not found in $PATH')(facts);
    Reflect.deleteProperty(facts.daemonConfig.value.programs, 'runc');
    facts.daemonConfig.value.closedPrograms = [{ path: '/usr/bin/runc', mode }];
  });
  expect(errors).toMatchObject([
    { id: 'daemon.missing-runc', title: '/usr/bin/runc cannot be executed', cause, remedy: { command } },
  ]);
});

/** The programs of `missing` are not there; `change` comes after that. */
function withoutPrograms(missing: readonly (keyof HealthyFacts['daemonConfig']['value']['programs'])[], change = down) {
  return found((facts) => {
    change(facts);
    for (const program of missing) Reflect.deleteProperty(facts.daemonConfig.value.programs, program);
  });
}

test('an engine that is not installed is one error, whatever else is missing and was left behind', () => {
  const errors = withoutPrograms(['dockerd', 'containerd', 'runc', 'docker-proxy', 'containerd-shim-runc-v2']);
  expect(errors.map(({ id }) => id)).toEqual(['daemon.missing-dockerd']);
  expect(errors[0]?.title).toContain('not installed');
  expect(errors[0]?.remedy.command).toBe(
    'sudo apt-get update && sudo apt-get install --reinstall docker.io containerd runc',
  );
  expect(errors[0]?.explains.map(({ id }) => id)).toContain('socket.socket-absent');
});

test("an engine that is not installed is no error where the daemon is somebody else's", () => {
  const ids = (change: (facts: HealthyFacts) => void) =>
    withoutPrograms(['dockerd', 'containerd'], (facts) => {
      down(facts);
      change(facts);
    }).map(({ id }) => id);
  expect(ids((facts) => void (facts.socket.value.mount = mount('/run/docker.sock')))).not.toContain(
    'daemon.missing-dockerd',
  );
  const remote = ids((facts) => {
    const endpoint = {
      kind: 'tcp',
      host: 'box',
      port: 2375,
      basePath: '',
      source: 'DOCKER_HOST',
      display: 'tcp://box:2375',
    };
    for (const client of facts.endpoint.value.clients) client.result = { ok: true, endpoint } as never;
  });
  expect(remote.filter((id) => id.startsWith('daemon.missing-'))).toEqual([]);
});

test.each([
  ['runc', 'runc'],
  ['containerd', 'containerd'],
  ['iptables', 'iptables'],
] as const)('%s that is missing is installed by the package manager of this machine', (program, apk) => {
  const [error] = withoutPrograms([program, 'apt-get'], (facts) => {
    down(facts);
    facts.daemonConfig.value.programs.apk = '/sbin/apk';
  });
  expect([error?.title, error?.remedy.command]).toEqual([
    `${program} is not installed where the daemon looks`,
    `sudo apk add ${apk}`,
  ]);
});

test.each<[string, (facts: HealthyFacts) => void]>([
  ['a daemon that runs has found it', () => undefined],
  ['daemon.json has switched it off', (facts) => (down(facts), configure(facts, { iptables: false }))],
  ['the firewall is nftables', (facts) => (down(facts), configure(facts, { 'firewall-backend': 'nftables' }))],
])('no iptables is no error where %s', (_why, change) => {
  expect(withoutPrograms(['iptables'], change).map(({ id }) => id)).not.toContain('daemon.missing-iptables');
});

test('images on overlay are an error only with the image store, outside of a data root that needs the volume itself', () => {
  const errors = (store: boolean, dataRoot: string, containerdRoot: string) =>
    found((facts) => {
      Object.assign(facts, { verification: { unreadable: 'not tried' } });
      if (store) inform(facts, { driverStatus: [['driver-type', 'io.containerd.snapshotter.v1']] });
      Object.assign(facts.storage.value.roots[0] ?? {}, { fsType: dataRoot });
      Object.assign(facts.storage.value.roots[1] ?? {}, { fsType: 'overlay', path: containerdRoot });
    }).map(({ id }) => id);
  const own = '/var/lib/docker/containerd/daemon';
  expect(errors(true, 'ext4', '/var/lib/containerd')).toEqual(['storage.containerd-root-on-overlay']);
  expect(errors(true, 'overlay', '/var/lib/containerd')).toEqual(['storage.containerd-root-on-overlay']);
  expect(errors(true, 'overlay', own)).toEqual([]);
  expect(errors(false, 'ext4', '/var/lib/containerd')).toEqual([]);
});
