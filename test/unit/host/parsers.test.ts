import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { capabilityNames, capabilitySets } from '../../../src/host/capabilities';
import { maskIn, statusFields } from '../../../src/host/processStatus';
import {
  cpusOf,
  limitOf,
  parseCounters,
  parseCpuMax,
  parseFullPressure,
  parseKernelControllers,
  parseLimit,
} from '../../../src/host/cgroupParse';
import { cgroupTable, levelFolders, parseMemberships, placeOf } from '../../../src/host/cgroupMembership';
import { parseFlags } from '../../../src/host/daemonConfig';
import { jsonFault } from '../../../src/host/daemonFile';
import { lastStartOf } from '../../../src/host/daemonLog';
import { parseEngineInfo, parseNetworks, parseVersion } from '../../../src/host/engineAnswers';
import { parseHelperConfig, parseHistory } from '../../../src/host/helperFacts';
import { parseIdMap } from '../../../src/host/identity';
import { parseFilesystems, parseKernelConfig } from '../../../src/host/kernel';
import { parseMountinfo } from '../../../src/host/mounts';
import { ipv6Of, parseListeners, parseResolvers, parseRoutes4, parseRoutes6 } from '../../../src/host/networkParse';
import { parseNofile, parseStat, sigchldOf, startedAt } from '../../../src/host/processTable';
import { parseRootFacts } from '../../../src/host/rootFacts';
import { parseListening } from '../../../src/host/socket';
import { parseKeyUsers } from '../../../src/host/sysctls';

/** Bytes of any kind read as the readers do, lines that are nearly right, and very long ones. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        '0:',
        '0::/',
        '9 (a) S',
        ')',
        '(',
        '\t',
        ' ',
        '\n',
        '\0',
        'max',
        '-1',
        '9'.repeat(400),
        'CONFIG_',
        '=y',
      ),
    )
    .map((parts) => parts.join('')),
  fc.constant(`${'x'.repeat(200_000)}\n0::/`),
);

const parsers: Readonly<Record<string, (text: string) => unknown>> = {
  parseMemberships,
  cgroupTable: (text) => cgroupTable(parseMountinfo(text)),
  placeOf: (text) => placeOf(cgroupTable(parseMountinfo(text)), parseMemberships(text), 'cgroup2'),
  parseKernelControllers,
  parseLimit,
  limitOf,
  cpusOf,
  parseCpuMax,
  parseCounters,
  parseFullPressure,
  capabilityNames: (text) => capabilityNames(maskIn(statusFields(`CapEff: ${text}`), 'CapEff') ?? 0n),
  parseIdMap,
  parseFilesystems,
  parseRoutes4,
  parseRoutes6,
  parseListeners,
  parseResolvers,
  parseStat,
  parseNofile,
  parseKeyUsers,
  parseHistory,
  parseHelperConfig,
  capabilitySets: (text) => capabilitySets(statusFields(text)),
  sigchldOf: (text) => sigchldOf(statusFields(text)),
  parseKernelConfig: (text) => parseKernelConfig(text, ['KEYS']),
  parseListening: (text) => [...parseListening(text).keys()],
  parseFlags: (text) => parseFlags(text.split('\0')),
  jsonFault,
  lastStartOf: (text) => lastStartOf(text.split('\n')),
  parseRootFacts: (text) => parseRootFacts(text.split('\n'), '1'),
  parseEngineInfo: (text) =>
    parseEngineInfo({ ServerVersion: text, Containers: 0, ContainersRunning: 0, Warnings: [text] }),
  parseVersion: (text) => parseVersion({ Version: text }),
  parseNetworks: (text) => parseNetworks([{ Name: text }]),
};

test.each(Object.entries(parsers))(
  '%s takes whatever /proc may hold and gives plain JSON',
  (_name, parse) => {
    fc.assert(
      fc.property(hostile, (text) => {
        const json = JSON.stringify(parse(text)) as string | undefined;
        // JSON turns NaN and infinity into null.
        expect(json ?? '').not.toMatch(/[:[,]null/u);
      }),
      { numRuns: 100 },
    );
  },
  60_000,
);

test('a process may call itself anything', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 15 }), (name) => {
      const stat = parseStat(`42 (${name}) S 7 ${'0 '.repeat(15)}3 0 500 0 25 0`);
      expect(stat).toMatchObject({ pid: 42, comm: name, state: 'S', ppid: 7 });
    }),
  );
  expect(startedAt({ startTicks: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER)).toBe(
    '+275760-09-13T00:00:00.000Z',
  );
});

describe('control groups', () => {
  const mount = { version: 2 as const, controllers: [], mountPoint: '/sys/fs/cgroup', root: '/', readOnly: false };
  const folders = (one: typeof mount, path: string): readonly string[] | undefined =>
    levelFolders(one, path)?.map(({ folder }) => folder);

  test('the levels lead from the top to the own one', () => {
    expect(folders(mount, '/')).toEqual(['/sys/fs/cgroup']);
    expect(folders(mount, '/a/b')).toEqual(['/sys/fs/cgroup', '/sys/fs/cgroup/a', '/sys/fs/cgroup/a/b']);
  });
  test('a mount of a part shows what is below it, and nothing of what is outside', () => {
    const part = { ...mount, root: '/docker/x' };
    expect(folders(part, '/docker/x')).toEqual(['/sys/fs/cgroup']);
    expect(folders(part, '/docker/x/init')).toEqual(['/sys/fs/cgroup', '/sys/fs/cgroup/init']);
    expect(levelFolders(part, '/docker/x/init')?.map(({ path }) => path)).toEqual(['/docker/x', '/docker/x/init']);
    expect(folders(part, '/docker/xy')).toBeUndefined();
    expect(folders(mount, '/../outside')).toBeUndefined();
  });
  test('the words for no limit are one', () => {
    expect(['max', '-1', '9223372036854771712'].map(parseLimit)).toEqual(['max', 'max', 'max']);
    expect(parseLimit('67108864\n')).toBe(67_108_864);
    expect(['max', '9223372036854771712', '-1', '67108864\n'].map(limitOf)).toEqual([
      undefined,
      undefined,
      undefined,
      67_108_864,
    ]);
    expect(['25000 100000', 'max 100000', '-1 100000', ' '].map(cpusOf)).toEqual([
      0.25,
      undefined,
      undefined,
      undefined,
    ]);
    expect([parseCpuMax('50000 100000'), parseCpuMax('max 100000'), parseCpuMax('')]).toEqual([0.5, 'max', undefined]);
  });
});

test('addresses of /proc/net are read in their byte order', () => {
  const [four] = parseListeners('   0: 0100007F:0947 00000000:0000 0A 0:0 00:0 00000000  1000 0 4242 1 0');
  expect(four).toEqual({ address: '127.0.0.1', port: 2375, uid: 1000, inode: 4242 });
  const [six] = parseListeners(
    '   0: 00000000000000000000000001000000:0948 00000000000000000000000000000000:0000 0A 0:0 00:0 0  0 0 7 1',
  );
  expect(six).toMatchObject({ address: '::1', port: 2376 });
  expect(ipv6Of('fd000000000000000000000000000001')).toBe('fd00::1');
  expect(ipv6Of('20010db8000000010000000000000000')).toBe('2001:db8:0:1::');
  expect(parseRoutes4('eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0')).toEqual([
    { family: 4, destination: '0.0.0.0/0', gateway: '172.17.0.1', device: 'eth0', metric: 0 },
  ]);
});

test.each([
  ['{"debug":true,}', 1, 15],
  ['{\n  "debug": true\n  "tls": 1\n}', 3, 3],
  ['', 1, 1],
  ['[]', 1, 1],
  ['{"a": 1} // no', 1, 10],
])('the fault of %j is at line %d, column %d', (text, line, column) => {
  expect(jsonFault(text)).toMatchObject({ line, column });
});

test('valid JSON has no fault, and what JSON.parse refuses has one', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => jsonFault(JSON.stringify(value)) === undefined),
  );
});

test('flags are found whichever way they are written', () => {
  const argv = [
    'dockerd',
    '-H',
    'fd://',
    '--host=tcp://0.0.0.0:2375',
    '-D',
    '--iptables=false',
    '--data-root',
    '/data',
  ];
  expect(parseFlags(argv)).toEqual({
    host: ['fd://', 'tcp://0.0.0.0:2375'],
    debug: ['true'],
    iptables: ['false'],
    'data-root': ['/data'],
  });
});

test('the last start and its last words are found', () => {
  const lines = [
    'level=error msg=old',
    'time="x" level=info msg="Starting up"',
    'level=info msg=fine',
    'failed to start daemon: x',
  ];
  expect(lastStartOf(lines)).toEqual({
    lastStart: lines.slice(1),
    startFound: true,
    errors: ['failed to start daemon: x'],
  });
});

test('what clients are refused does not push out an error that was logged before', () => {
  const refused = 'time="x" level=error msg="Handler for POST /v1.41/exec/a/start returned error: no such file"';
  const fault = 'time="x" level=error msg="write /var/lib/docker/x: no space left on device"';
  expect(lastStartOf([fault, ...Array.from({ length: 300 }, () => refused)]).errors[0]).toBe(fault);
});

test('a proxy is told without its password', () => {
  const info = { ServerVersion: '1', Containers: 0, ContainersRunning: 0, HttpProxy: 'http://me:planted@proxy:3128' };
  expect(parseEngineInfo(info)?.httpProxy).toBe('http://proxy:3128');
});

test('that the daemon has listened stays known, however much it logged since', () => {
  const lines = ['msg="Starting up"', 'msg="API listen on /x"', ...Array.from({ length: 900 }, (_, at) => String(at))];
  const { lastStart } = lastStartOf(lines);
  expect(lastStart).toHaveLength(400);
  expect([lastStart[0], lastStart[1], lastStart.at(-1)]).toEqual(['msg="API listen on /x"', '501', '899']);
});
