import { describe, expect, test } from 'vitest';
import { endsContainers, stopQuestion } from '../../../src/vscode/stopQuestion';
import { someDetails, stateOf } from './states';

describe('endsContainers', () => {
  const off = { ...someDetails, liveRestore: false };
  test.each([
    ['stop', off, true],
    ['restart', off, true],
    ['start', off, false],
    ['stop', someDetails, false],
    ['stop', { ...off, containersRunning: 0 }, false],
  ] as const)('%s with %j: %s', (verb, details, expected) => {
    expect(endsContainers(verb, stateOf('running', undefined, { details }))).toBe(expected);
  });

  test('asks nothing about a daemon that does not answer', () => {
    expect(endsContainers('stop', stateOf('hung'))).toBe(false);
  });
});

describe('stopQuestion', () => {
  test('names the containers', () => {
    expect(stopQuestion('stop', 9, ['web', 'db'])).toEqual({
      message: 'Stopping Docker ends 2 running containers.',
      detail: 'web\ndb\n\nThe option live-restore, which would keep them running, is off.',
      confirm: 'Stop Docker',
    });
  });

  test('gives the number when the names are not to be had', () => {
    expect(stopQuestion('restart', 1, undefined)).toEqual({
      message: 'Restarting Docker ends 1 running container.',
      detail: 'The option live-restore, which would keep it running, is off.',
      confirm: 'Restart Docker',
    });
  });

  test('does not fill the screen', () => {
    const names = Array.from({ length: 500 }, (_, i) => `c${i}`);
    const { detail } = stopQuestion('stop', 500, names);
    expect(detail.split('\n')).toHaveLength(15);
    expect(detail).toContain('and 488 more');
  });
});
