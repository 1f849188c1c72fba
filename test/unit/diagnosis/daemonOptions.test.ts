import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  conflictingFlag,
  daemonOptions,
  directives,
  properPlace,
  refusalOf,
} from '../../../src/diagnosis/daemonOptions';

interface Option {
  readonly description: string;
  readonly deprecationMessage?: string;
}

const schema = JSON.parse(readFileSync(join(__dirname, '../../../media/daemon.schema.json'), 'utf8')) as {
  readonly properties: Readonly<Record<string, Option>>;
};

/** Whether the schema takes an object; the formats and the words for editors are not ajv's. */
const accepts = new Ajv({ strict: false, formats: { ipv4: true, ipv6: true } }).compile(schema);

describe('the schema of daemon.json', () => {
  test.each([
    {},
    { debug: true, 'log-level': 'debug', 'log-driver': 'local', 'log-opts': { 'max-size': '10m', 'max-file': '3' } },
    { hosts: ['unix:///var/run/docker.sock', 'tcp://127.0.0.1:2376', 'fd://', '127.0.0.1:2375'] },
    { 'default-address-pools': [{ base: '10.200.0.0/16', size: 24 }], bip: '172.26.0.1/16', mtu: 1400 },
    { runtimes: { runsc: { path: '/usr/local/bin/runsc', runtimeArgs: ['--debug'] } }, 'default-runtime': 'runsc' },
    { 'default-ulimits': { nofile: { Name: 'nofile', Soft: 1024, Hard: 65536 } }, 'default-shm-size': '128M' },
    { builder: { gc: { enabled: true, defaultKeepStorage: '20GB', policy: [{ keepStorage: '10GB', all: true }] } } },
    { features: { buildkit: true }, 'exec-opts': ['native.cgroupdriver=systemd'], 'shutdown-timeout': -1 },
    { proxies: { 'http-proxy': 'http://proxy:3128', 'no-proxy': 'localhost' }, 'storage-driver': 'some-snapshotter' },
  ])('takes %j', (content) => {
    expect(accepts(content), JSON.stringify(accepts.errors)).toBe(true);
  });

  test.each([
    [],
    { debug: 'yes' },
    { 'storage-drvier': 'overlay2' },
    { host: ['unix:///var/run/docker.sock'] },
    { hosts: 'unix:///var/run/docker.sock' },
    { hosts: ['ssh://somewhere'] },
    { 'log-opts': { 'max-file': 3 } },
    { 'log-level': 'loud' },
    { mtu: '1400' },
    { mtu: -1 },
    { 'default-address-pools': [{ base: '10.200.0.0/16' }] },
    { 'exec-opts': ['native.cgroupdriver=none'] },
    { 'http-proxy': 'http://proxy:3128' },
    { proxies: { 'http-proxi': '' } },
    { labels: ['no value'] },
    { runtimes: { runc: { path: '/usr/bin/runc' } } },
  ])('does not take %j', (content) => {
    expect(accepts(content)).toBe(false);
  });

  test('says in one line what each option is, and from when to when there is one', () => {
    for (const [key, { since, until, use }] of daemonOptions) {
      const { description = '', deprecationMessage = '' } = schema.properties[key] ?? {};
      expect(description, key).toMatch(/^[^\n]{10,180}\.$/u);
      expect(description.includes(`Engine ${since ?? 'X'} and later.`), key).toBe(since !== undefined);
      expect(deprecationMessage.startsWith(`Refused by engine ${until ?? 'X'} and later.`), key).toBe(
        until !== undefined,
      );
      if (use !== undefined) expect(deprecationMessage).toContain(`"${use}"`);
    }
    expect(daemonOptions.size).toBeGreaterThan(90);
    expect([...daemonOptions.keys()]).toEqual([...daemonOptions.keys()].toSorted());
  });
});

describe('what an engine makes of a key', () => {
  test.each([
    ['storage-drvier', undefined, 'known to no engine'],
    ['storage-driver', '20.10.24+dfsg1', undefined],
    ['bip6', '27.5.1', 'for engine 28.0 and later, this one is 27.5.1'],
    ['bip6', '28.0.0', undefined],
    ['bip6', undefined, undefined],
    ['allow-direct-routing', '28.1.1', 'for engine 28.2 and later, this one is 28.1.1'],
    ['nri-opts', '29.10.0', undefined],
    ['graph', '20.10.24', undefined],
    ['graph', '23.0.0', 'refused since engine 23.0, now "data-root"'],
    ['http-proxy', '20.10.24', 'for engine 23.0 and later, this one is 20.10.24'],
    ['http-proxy', '28.5.2', undefined],
    // Has a place in dockerd's structure and no flag, so that every engine refuses it.
    ['containerd-plugin-namespace', '28.5.2', 'known to no engine'],
    ['host', '28.5.2', undefined],
  ])('%s, engine %s: %s', (key, version, why) => {
    expect(refusalOf(key, version)).toBe(why);
  });

  test('names of flags are taken and never read, and so are proxies outside of their group', () => {
    expect(properPlace('host', {})).toBe('hosts');
    expect(properPlace('add-runtime', {})).toBe('runtimes');
    expect(properPlace('hosts', {})).toBeUndefined();
    expect(properPlace('host-gateway-ip', {})).toBeUndefined();
    expect(properPlace('no-proxy', { 'no-proxy': 'x' })).toBe('proxies');
    expect(properPlace('no-proxy', { proxies: { 'no-proxy': 'x' } })).toBeUndefined();
  });

  test('what stands in "proxies" counts as if it stood beside it, other objects do not', () => {
    const content = { proxies: { 'no-proxy': 'x' }, 'log-opts': { 'max-size': '1m' }, debug: true };
    expect([...directives(content).keys()]).toEqual(['no-proxy', 'log-opts', 'debug']);
    expect([...directives({ proxies: 'x' }).keys()]).toEqual(['proxies']);
  });

  test.each([
    ['hosts', 'host'],
    ['debug', 'debug'],
    ['no-proxy', 'no-proxy'],
    ['runtimes', undefined],
    ['builder', undefined],
  ])('%s is told twice with the flag %s', (key, flag) => {
    expect(conflictingFlag(key)).toBe(flag);
  });
});
