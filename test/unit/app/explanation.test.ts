import { describe, expect, test } from 'vitest';
import type { Installed } from '../../../src/helper/installed';
import type { AccessJudgement } from '../../../src/diagnosis/access';
import type { Endpoint } from '../../../src/engine/endpoint';
import { Environment } from '../../../src/app/explanation';
import { stateOf } from '../vscode/states';

const unix: Endpoint = {
  kind: 'unix',
  socketPath: '/run/docker.sock',
  source: 'default',
  display: 'unix:///run/docker.sock',
};
const tcp: Endpoint = {
  kind: 'tcp',
  host: 'box',
  port: 2375,
  basePath: '',
  source: 'setting',
  display: 'tcp://box:2375',
};
const judgement: AccessJudgement = { code: 'not-in-group', explanation: 'Not in it.', nextSteps: [] };

function bench() {
  const asked: string[] = [];
  const answers: ((value: AccessJudgement) => void)[] = [];
  const knobs: { helper: Installed['status']; changes: number } = { helper: 'missing', changes: 0 };
  const environment = new Environment(
    {
      helper: () => Promise.resolve(knobs.helper),
      access: (path) => {
        asked.push(path);
        return new Promise((answer) => answers.push(answer));
      },
    },
    () => {
      knobs.changes += 1;
    },
  );
  const settled = async () => {
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
  };
  return { asked, answers, knobs, environment, settled };
}

describe('Environment', () => {
  test('asks why only of a socket that refuses, once per state', () => {
    const { asked, environment } = bench();
    void environment.observe(stateOf('stopped'), unix);
    void environment.observe(stateOf('running'), unix);
    void environment.observe(stateOf('denied'), tcp);
    expect(asked).toEqual([]);
    void environment.observe(stateOf('denied'), unix);
    void environment.observe(stateOf('denied', 'no-permission'), unix);
    expect(asked).toEqual(['/run/docker.sock']);
  });

  test('keeps an answer for the state it was asked for and drops a late one', async () => {
    const { answers, knobs, environment, settled } = bench();
    void environment.observe(stateOf('denied'), unix);
    void environment.observe(stateOf('running'), unix);
    answers[0]?.(judgement);
    await settled();
    expect([environment.access, knobs.changes]).toEqual([undefined, 0]);
    void environment.observe(stateOf('denied'), unix);
    answers[1]?.(judgement);
    await settled();
    expect([environment.access, knobs.changes]).toEqual([judgement, 1]);
    void environment.observe(stateOf('running'), unix);
    expect(environment.access).toBeUndefined();
  });

  test('tells when the helper is another than before, and nothing after its end', async () => {
    const { knobs, environment } = bench();
    expect(await environment.checkHelper()).toBe('missing');
    await environment.checkHelper();
    expect(knobs.changes).toBe(1);
    knobs.helper = 'current';
    environment.dispose();
    expect(await environment.checkHelper()).toBe('current');
    expect([knobs.changes, environment.helper]).toEqual([1, 'missing']);
  });
});
