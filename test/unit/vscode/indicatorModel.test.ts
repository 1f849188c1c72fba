import { describe, expect, test } from 'vitest';
import { overallVerdict } from '../../../src/app/verdict';
import { describe as describeState } from '../../../src/diagnosis/describe';
import type { Endpoint } from '../../../src/engine/endpoint';
import { stateKinds, type Cause, type EngineState, type StateKind } from '../../../src/engine/state';
import { commandIds } from '../../../src/vscode/commands';
import { containerCount, statusBarContent, type StatusBarContent } from '../../../src/vscode/indicatorModel';
import { describedModel, modelOf, someDetails, ownEndpoint, someTime, stateOf, verdictOf } from './states';

const causes: readonly (Cause['code'] | undefined)[] = [
  undefined,
  'program-missing',
  'not-set-up',
  'never-started',
  'stopped-by-user',
  'crashed',
  'start-failed',
  'crash-loop',
  'stop-failed',
  'takes-long',
  'paused',
  'containers-fail',
  'containerd-dead',
  'slow',
  'socket-is-directory',
  'socket-is-file',
  'socket-is-other',
  'no-permission',
  'ping-timeout',
  'info-timeout',
  'info-failed',
  'http-status',
  'unreachable',
  'socket-mounted',
  'not-asked-yet',
  'bad-endpoint',
];

type Row = [StateKind, Cause['code'] | undefined, string, string, StatusBarContent['background']];

/** One row per state and cause that the reducer makes: icon, text, background. */
const table: readonly Row[] = [
  ['unknown', 'not-asked-yet', 'loading~spin', 'Docker', 'none'],
  ['unknown', 'unreachable', 'question', 'Docker: unknown', 'none'],
  ['not-installed', 'program-missing', 'circle-slash', 'Docker: not installed', 'none'],
  ['stopped', 'not-set-up', 'circle-slash', 'Docker: not set up', 'none'],
  ['stopped', 'never-started', 'circle-slash', 'Docker: stopped', 'none'],
  ['stopped', 'stopped-by-user', 'circle-slash', 'Docker: stopped', 'none'],
  ['starting', undefined, 'sync~spin', 'Docker: starting', 'none'],
  ['stopping', undefined, 'sync~spin', 'Docker: stopping', 'none'],
  ['restarting', undefined, 'sync~spin', 'Docker: restarting', 'none'],
  ['starting', 'takes-long', 'warning', 'Docker: still starting', 'warning'],
  ['starting', 'paused', 'warning', 'Docker: still starting', 'warning'],
  ['stopping', 'takes-long', 'warning', 'Docker: still stopping', 'warning'],
  ['restarting', 'paused', 'warning', 'Docker: still restarting', 'warning'],
  ['running', undefined, 'package', 'Docker', 'none'],
  ['running', 'slow', 'warning', 'Docker: slow', 'none'],
  ['degraded', 'info-timeout', 'warning', 'Docker: degraded', 'warning'],
  ['degraded', 'info-failed', 'warning', 'Docker: degraded', 'warning'],
  ['degraded', 'http-status', 'warning', 'Docker: degraded', 'warning'],
  ['cannot-run', 'containers-fail', 'error', "Docker: can't run containers", 'error'],
  ['cannot-run', 'containerd-dead', 'error', "Docker: can't run containers", 'error'],
  ['denied', 'no-permission', 'lock', 'Docker: no permission', 'warning'],
  ['hung', 'ping-timeout', 'error', 'Docker: not answering', 'error'],
  ['failed', 'crashed', 'error', 'Docker: crashed', 'error'],
  ['failed', 'start-failed', 'error', 'Docker: failed to start', 'error'],
  ['failed', 'crash-loop', 'error', 'Docker: keeps failing', 'error'],
  ['failed', 'stop-failed', 'error', 'Docker: failed to stop', 'error'],
  ['failed', 'unreachable', 'error', 'Docker: unreachable', 'error'],
  ['failed', undefined, 'error', 'Docker: failed', 'error'],
  ['misconfigured', 'socket-is-directory', 'error', 'Docker: socket blocked', 'error'],
  ['misconfigured', 'socket-is-file', 'error', 'Docker: socket blocked', 'error'],
  ['misconfigured', 'socket-is-other', 'error', 'Docker: socket blocked', 'error'],
  ['misconfigured', 'bad-endpoint', 'error', 'Docker: unusable endpoint', 'error'],
  ['foreign', 'socket-mounted', 'plug', "Docker: host's", 'none'],
];

describe('statusBarContent', () => {
  test.each(table)('%s, %s: %s "%s" on %s', (kind, code, icon, text, background) => {
    const shown = statusBarContent(modelOf(stateOf(kind, code)));
    expect(shown).toMatchObject({ icon, text, background, command: commandIds.menu });
    expect(shown.spinner).toBe(icon.endsWith('~spin'));
  });

  test('has a face for every kind with every cause', () => {
    for (const kind of stateKinds) {
      for (const code of causes) {
        const shown = statusBarContent(modelOf(stateOf(kind, code)));
        expect(shown.text).toMatch(/^Docker(?:: [a-z' ]+)?$/);
        expect(shown.label).toMatch(/^Headline.*Opens the Docker menu\.$/);
        expect(shown.tooltip).toContain('**Headline**');
        expect(shown.tooltip).toContain(`(command:${commandIds.menu})`);
      }
    }
    expect(new Set(table.map(([kind]) => kind))).toEqual(new Set(stateKinds));
  });

  test('calls only the states that need somebody by a colour', () => {
    const coloured = stateKinds.filter((kind) => statusBarContent(modelOf(stateOf(kind))).background !== 'none');
    expect(coloured.toSorted()).toEqual(['cannot-run', 'degraded', 'denied', 'failed', 'hung', 'misconfigured']);
  });

  test('lists what the engine said of itself', () => {
    const { tooltip } = statusBarContent(
      modelOf(stateOf('running', undefined, { details: someDetails }), {
        words: verdictOf({ explanation: 'All is well.' }),
        endpoint: { display: 'unix:///var/run/docker.sock', source: 'default' },
      }),
    );
    expect(tooltip).toContain('**Docker is running**\n\n$(versions) ');
    expect(tooltip).not.toContain('All is well');
    expect(tooltip).toContain('Engine 20&#46;10&#46;24, storage overlay2');
    expect(tooltip).toContain('cgroup v2, cgroupfs driver');
    expect(tooltip).toContain('2 of 5 containers running');
    expect(tooltip).toContain('unix&#58;&#47;&#47;&#47;var&#47;run&#47;docker&#46;sock (default)');
    expect(tooltip).toContain('Up since 2026&#45;03&#45;04T05&#58;06&#58;07');
  });

  test('explains why a running engine is slow, beside what it said of itself', () => {
    const slow = stateOf('running', 'slow', { details: someDetails });
    const { tooltip } = statusBarContent(
      modelOf(slow, { words: verdictOf({ headline: 'Slow', explanation: 'A ping took 2 s.', severity: 'warning' }) }),
    );
    expect(tooltip).toContain('A ping took 2 s&#46;');
    expect(tooltip).toContain('2 of 5 containers running');
  });

  test('explains a state that is not well', () => {
    const { tooltip } = statusBarContent(
      modelOf(stateOf('hung'), {
        words: verdictOf({ headline: 'No answer', explanation: 'It hangs.', severity: 'error' }),
      }),
    );
    expect(tooltip).toContain('**No answer**\n\nIt hangs&#46;');
  });

  test('has the version before the details are known', () => {
    const { tooltip } = statusBarContent(modelOf(stateOf('running', undefined, { engineVersion: '28.5.2' })));
    expect(tooltip).toContain('Engine 28&#46;5&#46;2');
    expect(tooltip).not.toContain('storage');
  });

  test('says since when the daemon is up, not since when the window looked', () => {
    const up = statusBarContent(
      modelOf(stateOf('running'), { upSince: Date.UTC(2025, 0, 1), formatTime: (ms) => `at ${ms}` }),
    );
    expect(up.tooltip).toContain(`Up since at ${Date.UTC(2025, 0, 1)}`);
    const later = statusBarContent(
      modelOf(stateOf('running'), { upSince: someTime + 1, formatTime: (ms) => `at ${ms}` }),
    );
    expect(later.tooltip).toContain(`Up since at ${someTime}`);
    const down = statusBarContent(
      modelOf(stateOf('failed', 'crashed'), { upSince: 1, formatTime: (ms) => `at ${ms}` }),
    );
    expect(down.tooltip).toContain(`Since at ${someTime}`);
  });

  test('puts the step into the tooltip and the spoken label', () => {
    const shown = statusBarContent(modelOf(stateOf('starting', undefined, { step: 'daemon.ready' })));
    expect(shown.text).toBe('Docker: starting');
    expect(shown.tooltip).toContain('Now: waiting for the daemon to answer');
    expect(shown.label).toBe('Headline. Now waiting for the daemon to answer. Opens the Docker menu.');
  });

  test('shows a fault that stands while the engine runs, first of all', () => {
    const fault = {
      ...{ headline: 'The disk is full', explanation: 'It has 0 bytes left. So.', severity: 'error' as const },
      nextSteps: [
        {
          label: 'Free some.',
          command: 'docker system prune',
          finding: { id: 'storage.data-root-full' as const, applicable: false },
        },
      ],
    };
    const shown = statusBarContent(modelOf(stateOf('running'), { words: verdictOf(fault) }));
    expect(shown).toMatchObject({ icon: 'warning', text: 'Docker', background: 'error' });
    expect(shown.tooltip).toContain('**The disk is full**\n\nIt has 0 bytes left&#46; So&#46;');
    expect(shown.label).toBe('The disk is full. Opens the Docker menu.');
    // The page has the remedy, its cost and its button.
    expect(/\(command:([^)]*)\)/.exec(shown.tooltip)?.[1]).toBe(commandIds.showDiagnostics);
    expect(statusBarContent(modelOf(stateOf('running'), { words: verdictOf(fault), flash: 'restarted' })).text).toBe(
      'Docker',
    );
  });

  test('says that a container ran, and else that none was, and why; the request is the first thing to do', () => {
    const at = new Date(2026, 2, 4, 14, 3).getTime();
    const shown = (verified: EngineState['verified'], verifies: boolean, endpoint: Endpoint | undefined) => {
      const state = stateOf('running', undefined, verified === undefined ? {} : { verified });
      const words = describeState(state, { managed: endpoint === ownEndpoint });
      return statusBarContent(
        modelOf(state, { words: overallVerdict({ state, words, endpoint, verifies, findings: [], now: at }) }),
      );
    };
    const link = /\(command:([^)]*)\)/;
    const proven = shown({ verdict: 'yes', at }, true, ownEndpoint);
    expect(proven.tooltip).toMatch(
      /^\*\*Docker is running\*\*\n\n\$\(verified\) Verified&#58; a container ran at 14&#58;03&#46;/,
    );
    expect(proven.label).toBe('Docker is running. Verified: a container ran at 14:03. Opens the Docker menu.');
    for (const [verifies, endpoint, why] of [
      [true, ownEndpoint, 'no container has been run'],
      [false, ownEndpoint, 'verification is off'],
      [true, undefined, 'not a daemon of this machine'],
    ] as const) {
      const { text, tooltip, label } = shown(undefined, verifies, endpoint);
      expect(text).toBe('Docker');
      const sentence = why.charAt(0).toUpperCase() + why.slice(1);
      expect(tooltip).toContain(`**Docker is responding&#44; not verified**\n\n$(unverified) ${sentence}`);
      expect(label).toContain(`Docker is responding, not verified. ${sentence}.`);
      expect(link.exec(tooltip)?.[1]).toBe(commandIds.verifyContainers);
    }
  });

  test('speaks the number of containers of a running engine', () => {
    const shown = statusBarContent(modelOf(stateOf('running', undefined, { details: someDetails })));
    expect(shown.label).toBe('Headline. 2 of 5 containers running. Opens the Docker menu.');
  });

  test('links what describe advises, the log, the diagnostics and the menu', () => {
    const links = (kind: StateKind, code?: Cause['code'], helper?: 'missing' | 'outdated' | 'current' | 'untrusted') =>
      [
        ...statusBarContent(
          describedModel(stateOf(kind, code), helper === undefined ? {} : { helper }),
        ).tooltip.matchAll(/\(command:([^)]*)\)/g),
      ].map((match) => match[1]);
    const { restart, start, stop, showLog, showDiagnostics, menu, setUpHelper } = commandIds;
    expect(links('running')).toEqual([restart, stop, showLog, showDiagnostics, menu]);
    expect(links('not-installed', 'program-missing')).toEqual([showLog, showDiagnostics, menu]);
    expect(links('stopped', 'not-set-up')).toEqual([setUpHelper, showLog, showDiagnostics, menu]);
    expect(links('starting', 'takes-long')).toEqual([stop, showLog, showDiagnostics, menu]);
    expect(links('stopped')).toEqual([start, showLog, showDiagnostics, menu]);
    expect(links('failed', 'crashed')).toEqual([restart, showLog, showDiagnostics, menu]);
    expect(links('starting')).toEqual([showLog, showDiagnostics, menu]);
    expect(links('foreign')).toEqual([showLog, showDiagnostics, menu]);
    expect(links('misconfigured', 'bad-endpoint')).toEqual([showLog, showDiagnostics, menu]);
    expect(links('stopped', undefined, 'missing')).toEqual([setUpHelper, showLog, showDiagnostics, menu]);
    expect(links('failed', 'crashed', 'untrusted')).toEqual([setUpHelper, showLog, showDiagnostics, menu]);
    expect(links('running', undefined, 'outdated')).toEqual([
      restart,
      stop,
      setUpHelper,
      showLog,
      showDiagnostics,
      menu,
    ]);
    expect(links('running', undefined, 'current')).toEqual([restart, stop, showLog, showDiagnostics, menu]);
    expect(links('foreign', undefined, 'missing')).toEqual([showLog, showDiagnostics, menu]);
  });

  test('tells of a helper that is not as it should be', () => {
    const note = (helper: 'missing' | 'untrusted' | 'outdated' | 'current') =>
      statusBarContent(modelOf(stateOf('running'), { helper })).tooltip;
    expect(note('missing')).toContain('not set up');
    expect(note('untrusted')).toContain('can be changed by others');
    expect(note('outdated')).toContain('another version');
    expect(note('current')).not.toContain('helper');
  });

  test('shows a success for a moment, and only over a state that is well', () => {
    expect(statusBarContent(modelOf(stateOf('running'), { flash: 'restarted' })).text).toBe('Docker: restarted');
    expect(statusBarContent(modelOf(stateOf('failed', 'crashed'), { flash: 'restarted' })).text).toBe(
      'Docker: crashed',
    );
    expect(statusBarContent(modelOf(stateOf('starting'), { flash: 'restarted' })).text).toBe('Docker: starting');
  });

  test('lets no string of the daemon, the endpoint or the words become a link, an icon or a section', () => {
    const hostile = '[x](command:dindStation.stop) https://e.org <b> $(error) **y**\n\n# z';
    const { tooltip } = statusBarContent(
      modelOf(
        stateOf('degraded', 'info-timeout', {
          step: hostile,
          engineVersion: hostile,
          details: {
            ...someDetails,
            version: hostile,
            storageDriver: hostile,
            cgroupDriver: hostile,
            cgroupVersion: hostile,
          },
        }),
        {
          words: verdictOf({
            ...{ headline: hostile, explanation: hostile, severity: 'warning', verification: hostile },
            nextSteps: [{ label: hostile, command: hostile }],
          }),
          endpoint: { display: hostile, source: hostile },
          formatTime: () => hostile,
        },
      ),
    );
    expect(tooltip).not.toContain('[x]');
    expect(tooltip).not.toContain('https://');
    expect(tooltip).not.toContain('<b>');
    expect(tooltip).not.toContain('$(error)');
    expect(tooltip).not.toContain('# z');
    expect([...tooltip.matchAll(/\]\(([^)]*)\)/g)].map((link) => link[1])).toEqual([
      'command:dindStation.showLog',
      'command:dindStation.showDiagnostics',
      'command:dindStation.menu',
    ]);
  });
});

describe('containerCount', () => {
  test.each([
    [0, 0, 'no containers'],
    [0, 1, '0 of 1 container running'],
    [1, 1, '1 of 1 container running'],
    [2, 7, '2 of 7 containers running'],
  ])('%i of %i', (running, all, text) => {
    expect(containerCount(running, all)).toBe(text);
  });
});
