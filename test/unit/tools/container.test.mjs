import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { baseName, debianSuite } from '../../../tools/container/baseImage.mjs';
import { canBuild } from '../../../tools/container/engine.mjs';
import { graceSeconds, places } from '../../../tools/container/names.mjs';
import { parseContainerOptions, usage } from '../../../tools/container/options.mjs';
import { needsFewerRights, runArguments } from '../../../tools/container/runArguments.mjs';

const file = (/** @type {string} */ path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('options of npm run station:container', () => {
  test('defaults', () => {
    expect(parseContainerOptions([])).toEqual({ port: 8080, engine: 'auto', check: false, fresh: false });
  });

  test('each option', () => {
    const args = ['--port=9000', '--engine', 'bed', '--check', '--fresh'];
    expect(parseContainerOptions(args)).toEqual({ port: 9000, engine: 'bed', check: true, fresh: true });
  });

  test.each([['--help'], ['-h']])('%s', (flag) => expect(parseContainerOptions([flag])).toBe('help'));

  test.each([
    [['--port', '65536'], '"65536"; expected a number from 1 to 65535'],
    [['--port', '0'], '"0"'],
    [['--port='], '""'],
    [['--port', '1e3'], '"1e3"'],
    [['--engine', 'podman'], '"podman"; expected auto, machine or bed'],
    [['--bogus'], "'--bogus'; see npm run station:container -- --help"],
    [['9000'], '"9000" is not understood'],
  ])('%j is refused in one sentence with exit status 2', (args, words) => {
    expect(() => parseContainerOptions(args)).toThrow(
      expect.objectContaining({ name: 'Refusal', exitCode: 2, message: expect.stringContaining(words) }),
    );
    expect(() => parseContainerOptions(args)).not.toThrow(/\n/);
  });

  test('the help names every option', () => {
    for (const option of ['--port', '--engine', '--check', '--fresh', '--help']) {
      expect(usage).toContain(`\n  ${option} `);
    }
  });
});

describe('a docker command can build', () => {
  test.each([
    ['Docker version 20.10.24+dfsg1, build 297e128', false, true],
    ['Docker version 18.09.1, build 4c52b90', false, true],
    ['Docker version 18.06.3-ce, build d7080c1', false, false],
    ['Docker version 26.1.5+dfsg1, build a72d7cd', false, false],
    ['Docker version 26.1.5+dfsg1, build a72d7cd', true, true],
    ['podman version 4.3.1', true, false],
    ['', true, false],
  ])('%j, with the plugin: %j', (version, hasBuildx, answer) => expect(canBuild(version, hasBuildx)).toBe(answer));
});

describe('the base image', () => {
  test('is the one that the Dockerfile names first', () => {
    expect(baseName('# words\nARG BASE=debian:forky-slim\nFROM ${BASE}\nARG BASE=other\n')).toBe('debian:forky-slim');
    expect(() => baseName('FROM debian:forky-slim\n')).toThrow(/no line ARG BASE=/);
  });

  test('of our own Dockerfile can be put together', () => {
    expect(debianSuite(baseName(file('container/Dockerfile')))).toMatch(/^[a-z]+$/);
  });

  test.each([
    ['debian:forky-slim', 'forky'],
    ['docker.io/library/debian:trixie-slim', 'trixie'],
    ['debian:13-slim', undefined],
    ['debian:forky', undefined],
    ['ubuntu:noble-slim', undefined],
    ['evil/debian:forky-slim', undefined],
    ['debian:--setup-hook=x-slim', undefined],
  ])('%s is of %s', (name, suite) => expect(debianSuite(name)).toBe(suite));
});

describe('what docker run is given', () => {
  const station = { publish: '127.0.0.1', port: 9000, envFile: '/cache/station.env', prefix: 'mine' };

  test('all rights where the engine has them', () => {
    const argv = runArguments({ ...station, rights: 'all' });
    expect(argv).toContain('--privileged');
    expect(argv.join(' ')).toContain('--publish 127.0.0.1:9000:8080 --env-file /cache/station.env');
    expect(argv).toContain('mine-home:/home/coder');
    expect(argv.at(-1)).toBe('dind-station');
  });

  test('else what a nested engine needs', () => {
    const argv = runArguments({ ...station, rights: 'fewer' });
    expect(argv).not.toContain('--privileged');
    expect(argv.filter((_, index) => argv[index - 1] === '--cap-add')).toEqual(['SYS_ADMIN', 'NET_ADMIN']);
  });

  test.each([
    ['docker: Error response from daemon: ... unable to apply caps: operation not permitted: unknown.', true],
    ['docker: Error response from daemon: privileged mode is incompatible with user namespaces.', true],
    ['docker: Error response from daemon: ... bind: address already in use.', false],
  ])('%s', (said, fewer) => expect(needsFewerRights(said)).toBe(fewer));
});

describe('the Dockerfile, the Compose file and the tool agree', () => {
  const dockerfile = file('container/Dockerfile');
  const compose = file('container/compose.yaml');

  test('on the volumes', () => {
    const declared = /^VOLUME (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]';
    expect(JSON.parse(declared)).toEqual(Object.values(places));
    for (const place of Object.values(places)) expect(compose).toMatch(new RegExp(`^ +- \\w+:${place}$`, 'm'));
  });

  test('on the health check, which is copied into the image', () => {
    const checked = /^ +CMD \["\/opt\/dind-station\/(\S+)"\]$/m.exec(dockerfile)?.[1] ?? '';
    expect(dockerfile).toMatch(new RegExp(`cp .*container/${checked} .*/opt/dind-station/`));
    expect(file(`container/${checked}`)).toMatch(/^#!\/bin\/sh\n/);
  });

  test('on the grace period, which is longer than what the supervisor takes', () => {
    expect(compose).toContain(`stop_grace_period: ${graceSeconds}s`);
    const budget = Number(/^ +shutdown_budget=(\d+)$/m.exec(file('scripts/lib/config.sh'))?.[1]);
    expect(budget).toBeGreaterThan(0);
    expect(graceSeconds).toBeGreaterThan(budget);
  });
});
