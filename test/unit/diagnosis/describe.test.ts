import { describe as group, expect, test } from 'vitest';
import { describe, type DescribeContext, type NextStep } from '../../../src/diagnosis/describe';
import { stateKinds, type Cause, type EngineState, type StateKind } from '../../../src/engine/state';

const socketPath = '/var/run/docker.sock';
const local: DescribeContext = { endpoint: `unix://${socketPath}`, socketPath, managed: true, helper: 'current' };

function state(kind: StateKind, code?: Cause['code'], evidence = '', command?: string): EngineState {
  const cause = code !== undefined && { cause: { code, evidence, ...(command !== undefined && { command }) } };
  return { kind, since: 0, ...cause };
}

const actions = (steps: readonly NextStep[]): string[] =>
  steps.map((step) => ('action' in step ? step.action : `$ ${step.command}`));

/** Each pair the reducer can give: its headline, and what is offered while the helper is in order. */
const pairs: [StateKind, Cause['code'] | undefined, string, string, string[]][] = [
  ['running', undefined, '', 'Docker is running', ['restart', 'stop']],
  ['running', 'slow', 'a ping took 2.1 s', 'Docker is running, but responds slowly', ['show-log', 'restart', 'stop']],
  ['not-installed', 'program-missing', 'dockerd', 'Docker is not installed', ['refresh']],
  ['starting', undefined, '', 'Docker is starting', []],
  ['starting', 'takes-long', '2 min', 'Docker is still starting', ['stop', 'show-log']],
  ['starting', 'paused', 'PID 42', 'Docker is still starting', ['show-log']],
  ['stopping', 'takes-long', '2 min', 'Docker is still stopping', ['show-log', 'refresh']],
  ['restarting', 'takes-long', '2 min', 'Docker is still restarting', ['show-log', 'refresh']],
  ['stopping', undefined, '', 'Docker is stopping', []],
  ['restarting', undefined, '', 'Docker is restarting', []],
  ['stopped', undefined, '', 'Docker is not running', ['start']],
  ['stopped', 'not-set-up', '', 'Docker is not set up', ['set-up-helper']],
  ['stopped', 'never-started', 'ENOENT', 'Docker is not running', ['start']],
  ['stopped', 'stopped-by-user', 'alice', 'Docker is stopped', ['start']],
  [
    'degraded',
    'info-timeout',
    'no answer to /info within 800 ms',
    'Docker answers, but cannot run containers',
    ['restart', 'show-log'],
  ],
  ['degraded', 'info-failed', 'HTTP 500: boom', 'Docker answers, but cannot describe itself', ['restart', 'show-log']],
  ['degraded', 'http-status', 'HTTP 503', 'Docker answers with an error', ['restart', 'show-log']],
  ['cannot-run', 'containers-fail', 'runc: no', "Docker can't run containers", ['restart', 'show-log']],
  ['cannot-run', 'containerd-dead', '/run/c.sock', "Docker can't run containers", ['restart', 'show-log']],
  ['hung', 'ping-timeout', 'no answer to a ping within 900 ms', 'Docker does not answer', ['restart', 'show-log']],
  ['denied', 'no-permission', 'EACCES', 'No permission for the Docker socket', ['restart', 'refresh']],
  [
    'misconfigured',
    'socket-is-directory',
    'directory',
    'A directory is in the place of the Docker socket',
    ['restart', `$ sudo mv ${socketPath} ${socketPath}.moved`],
  ],
  [
    'misconfigured',
    'socket-is-file',
    'file',
    'A file is in the place of the Docker socket',
    [`$ sudo mv ${socketPath} ${socketPath}.moved`, 'start'],
  ],
  [
    'misconfigured',
    'socket-is-other',
    'other',
    'Something else is in the place of the Docker socket',
    [`$ sudo mv ${socketPath} ${socketPath}.moved`, 'start'],
  ],
  ['misconfigured', 'bad-endpoint', 'DOCKER_HOST is x.', 'The Docker endpoint cannot be used', []],
  ['failed', 'crashed', 'ECONNREFUSED', 'Docker crashed', ['restart', 'show-log']],
  ['failed', 'start-failed', 'odd', 'Docker failed to start', ['restart', 'show-log']],
  ['failed', 'crash-loop', 'odd', 'Docker keeps failing', ['restart', 'show-log']],
  ['failed', 'crash-loop', '', 'Docker keeps failing', ['restart', 'show-log']],
  ['failed', 'stop-failed', 'dockerd does not end', 'Docker did not stop', ['restart', 'show-log']],
  ['failed', 'unreachable', 'ECONNREFUSED: connect', 'Docker cannot be reached', ['refresh']],
  ['foreign', 'socket-mounted', '/run/docker.sock is a mount', "This is another machine's Docker", []],
  ['unknown', undefined, '', 'Looking for Docker', []],
  ['unknown', 'not-asked-yet', '', 'Looking for Docker', []],
  ['unknown', 'unreachable', 'ENOTFOUND: getaddrinfo', 'Docker cannot be reached', ['refresh']],
];

group('a state in words', () => {
  test.each(pairs)('%s, %s', (kind, code, evidence, headline, offered) => {
    const words = describe(state(kind, code, evidence), local);
    expect(words.headline).toBe(headline);
    expect(actions(words.nextSteps)).toEqual(offered);
    expect(words.headline).not.toMatch(/[.!]$/);
    expect(words.explanation).toMatch(/^$|[.]$/);
    expect(`${words.headline} ${words.explanation}`).not.toMatch(/undefined|please|successfully|!|\.\./i);
  });

  test('covers every kind, and needs no context', () => {
    expect(new Set(pairs.map(([kind]) => kind))).toEqual(new Set(stateKinds));
    for (const kind of stateKinds) expect(describe(state(kind)).headline).not.toBe('');
  });

  test('says why where the state knows it', () => {
    expect(describe(state('stopped', 'stopped-by-user', 'alice'), local).explanation).toBe('Stopped by alice.');
    expect(describe(state('hung', 'ping-timeout', 'no answer within 900 ms'), local).explanation).toContain('900 ms');
    expect(describe(state('unknown', 'unreachable', 'ENOTFOUND: no such host'), local).explanation).toContain(
      'no such host',
    );
    expect(describe(state('unknown', 'unreachable', 'ENOTFOUND: no such host'), local).explanation).not.toContain(
      'ENOTFOUND',
    );
    expect(describe(state('failed', 'crashed', 'the socket is gone, ...'), local).explanation).toContain(
      'nobody stopped it',
    );
    expect(describe(state('failed', 'crashed', 'ECONNREFUSED'), local).explanation).toContain(socketPath);
  });

  test('an engine that is not installed: what is missing, where it was looked for, and how to install it', () => {
    const install = 'sudo apt-get install docker.io';
    const words = describe(state('not-installed', 'program-missing', 'dockerd and containerd', install), local);
    expect(words.explanation).toMatch(/^dockerd and containerd are not installed in \/usr\/local\/sbin,/);
    expect(actions(words.nextSteps)).toEqual([`$ ${install}`, 'refresh']);
    const unknown = describe(state('not-installed', 'program-missing', 'containerd'), local);
    expect(unknown.explanation).toMatch(/^containerd is not installed in .*See https:\/\/docs\.docker\.com\/.*\.$/);
  });

  test('a start that hangs: for how long, and how it goes on', () => {
    expect(describe(state('starting', 'takes-long', '2.5 min'), local).explanation).toContain('2.5 min');
    const paused = describe(state('restarting', 'paused', 'PID 42', 'sudo kill -CONT 42'), local);
    expect(actions(paused.nextSteps)).toEqual(['$ sudo kill -CONT 42', 'show-log']);
  });

  test('an engine whose containerd has exited: where it should listen', () => {
    expect(describe(state('cannot-run', 'containerd-dead', '/run/c.sock'), local).explanation).toContain('/run/c.sock');
  });

  test('a failed start names its cause, what to do, and a command for it', () => {
    const line = 'failed to load listeners: listen tcp 127.0.0.1:2375: bind: address already in use';
    const words = describe(state('failed', 'start-failed', line), local);
    expect(words.explanation).toContain('Another program listens on 127.0.0.1:2375.');
    expect(words.explanation).toContain(line);
    expect(actions(words.nextSteps)).toEqual(['restart', '$ sudo ss -ltnp', 'show-log']);
  });

  test("the helper's own sentence is shown as it is", () => {
    const words = describe(state('failed', 'start-failed', 'The restart was cancelled.'), local);
    expect(words.explanation).toBe('The restart was cancelled.');
  });

  test('a refused socket is explained by the judgement of its rights', () => {
    const access = { code: 'not-in-group', explanation: 'Alice is not in it.', nextSteps: [] } as const;
    expect(describe(state('denied', 'no-permission'), { ...local, access })).toMatchObject({
      explanation: 'Alice is not in it.',
      nextSteps: [],
    });
  });
});

group('what is offered', () => {
  const crashed = state('failed', 'crashed', 'ECONNREFUSED');

  test('without a usable helper it is set up first, and nothing is offered that needs it', () => {
    const missing = describe(crashed, { ...local, helper: 'missing' });
    expect(actions(missing.nextSteps)).toEqual(['set-up-helper', 'show-log']);
    expect(missing.explanation).toContain('helper, which starts Docker, is not installed');
    const untrusted = describe(crashed, { ...local, helper: 'untrusted' });
    expect(actions(untrusted.nextSteps)).toEqual(['set-up-helper', 'show-log']);
    expect(untrusted.explanation).toContain('changed by others than root');
  });

  test('an outdated helper works, and may be updated', () => {
    expect(actions(describe(crashed, { ...local, helper: 'outdated' }).nextSteps)).toEqual([
      'restart',
      'show-log',
      'update-helper',
    ]);
    expect(actions(describe(state('foreign'), { ...local, helper: 'outdated' }).nextSteps)).toEqual([]);
  });

  test('a daemon the helper does not look after is neither started nor stopped from here', () => {
    for (const [kind, code, evidence] of pairs) {
      const offered = actions(describe(state(kind, code, evidence), { ...local, managed: false }).nextSteps);
      expect(offered.filter((action) => ['start', 'stop', 'restart', 'set-up-helper'].includes(action))).toEqual([]);
    }
  });

  test('no state offers one thing twice', () => {
    for (const [kind, code, evidence] of pairs) {
      for (const helper of ['missing', 'untrusted', 'outdated', 'current'] as const) {
        const offered = actions(describe(state(kind, code, evidence), { ...local, helper }).nextSteps);
        expect(new Set(offered).size).toBe(offered.length);
      }
    }
  });
});
