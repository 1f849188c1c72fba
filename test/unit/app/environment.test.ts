import { describe, expect, it } from 'vitest';
import type { Installed } from '../../../src/helper/installed';
import type { AccessJudgement } from '../../../src/diagnosis/access';
import type { Endpoint } from '../../../src/engine/endpoint';
import { SocketAge } from '../../../src/vscode/daemonUptime';
import { Surroundings } from '../../../src/app/environment';
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
  const surroundings = new Surroundings(
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
  return { asked, answers, knobs, surroundings, settled };
}

describe('Surroundings', () => {
  it('asks why only of a socket that refuses, once per state', () => {
    const { asked, surroundings } = bench();
    void surroundings.observe(stateOf('stopped'), unix);
    void surroundings.observe(stateOf('running'), unix);
    void surroundings.observe(stateOf('denied'), tcp);
    expect(asked).toEqual([]);
    void surroundings.observe(stateOf('denied'), unix);
    void surroundings.observe(stateOf('denied', 'no-permission'), unix);
    expect(asked).toEqual(['/run/docker.sock']);
  });

  it('keeps an answer for the state it was asked for and drops a late one', async () => {
    const { answers, knobs, surroundings, settled } = bench();
    void surroundings.observe(stateOf('denied'), unix);
    void surroundings.observe(stateOf('running'), unix);
    answers[0]?.(judgement);
    await settled();
    expect([surroundings.access, knobs.changes]).toEqual([undefined, 0]);
    void surroundings.observe(stateOf('denied'), unix);
    answers[1]?.(judgement);
    await settled();
    expect([surroundings.access, knobs.changes]).toEqual([judgement, 1]);
    void surroundings.observe(stateOf('running'), unix);
    expect(surroundings.access).toBeUndefined();
  });

  it('tells when the helper is another than before, and nothing after its end', async () => {
    const { knobs, surroundings } = bench();
    expect(await surroundings.lookAtHelper()).toBe('missing');
    await surroundings.lookAtHelper();
    expect(knobs.changes).toBe(1);
    knobs.helper = 'current';
    surroundings.dispose();
    expect(await surroundings.lookAtHelper()).toBe('current');
    expect([knobs.changes, surroundings.helper]).toEqual([1, 'missing']);
  });
});

describe('SocketAge', () => {
  it('reads once for each time the daemon comes up, and drops what came too late', async () => {
    const answers: ((value: number | undefined) => void)[] = [];
    let changes = 0;
    const age = new SocketAge(
      () => new Promise((answer) => answers.push(answer)),
      () => {
        changes += 1;
      },
    );
    void age.observe(stateOf('running'), tcp);
    expect(answers).toHaveLength(0);
    void age.observe(stateOf('running'), unix);
    void age.observe(stateOf('degraded'), unix);
    expect(answers).toHaveLength(1);
    const gone = age.observe(stateOf('failed', 'crashed'), unix);
    answers[0]?.(5);
    await gone;
    expect([age.since, changes]).toEqual([undefined, 0]);
    const back = age.observe(stateOf('running'), unix);
    answers[1]?.(9);
    await back;
    expect([age.since, changes]).toEqual([9, 1]);
    await age.observe(stateOf('stopped'), unix);
    expect(age.since).toBeUndefined();
  });
});
