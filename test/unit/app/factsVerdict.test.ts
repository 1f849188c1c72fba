import { describe, expect, test } from 'vitest';
import { verdictOfFacts } from '../../../src/app/factsVerdict';
import { diagnose } from '../../../src/diagnosis/diagnose';
import { valueOf } from '../../../src/host/facts/fact';
import type { EngineFacts } from '../../../src/host/facts/engine';
import type { Facts } from '../../../src/host/facts/facts';
import { healthyFacts, mount } from '../diagnosis/healthy';

/** The facts of a healthy machine with another answer of its engine. */
function withEngine(change: (engine: EngineFacts) => EngineFacts): Facts {
  const facts = healthyFacts();
  const engine = valueOf(facts.engine);
  if (engine === undefined) throw new Error('the healthy machine has an engine');
  return { ...facts, engine: { value: change(engine) } };
}
const skipped = { outcome: 'skipped' } as const;

describe('what facts say of it all', () => {
  test('is what status says of a healthy machine', () => {
    const facts = healthyFacts();
    expect(verdictOfFacts(facts, [], true)).toMatchObject({ headline: 'Docker is running', severity: 'ok' });
    const unknown = { ...facts, verification: { unreadable: 'no container was tried' } };
    expect(verdictOfFacts(unknown, [], true)?.headline).toBe('Docker is responding, not verified');
    expect(verdictOfFacts(unknown, [], false)?.note).toBe('verification is off');
  });

  test('is the state of an engine that does not respond, with what to do', () => {
    const silent = withEngine((engine) => ({
      ...engine,
      ping: { outcome: 'timeout', afterMs: 900 },
      version: skipped,
      info: skipped,
      networks: skipped,
    }));
    expect(verdictOfFacts(silent, [], true)).toMatchObject({ headline: 'Docker does not answer', severity: 'error' });
    const frozen = withEngine((engine) => ({ ...engine, info: { outcome: 'timeout', afterMs: 900 } }));
    expect(verdictOfFacts(frozen, [], true)).toMatchObject({ severity: 'warning', verified: undefined });
  });

  test('is not what a helper that has ended was doing', () => {
    const facts = withEngine((engine) => ({ ...engine, ping: { outcome: 'refused', path: 'socket' }, info: skipped }));
    const helper = valueOf(facts.helper);
    if (helper === undefined) throw new Error('the healthy machine has a helper');
    const working = (secondsAgo: number) => {
      const since = new Date(Date.parse(facts.takenAt) - secondsAgo * 1000).toISOString();
      const run = { verb: 'stop', step: 'daemon.stop', pid: 0, helperPid: 9, since, by: 'root', code: '', message: '' };
      const state = { schema: 1, state: 'stopping', ...run, cause: '', log: '/l', maxSeconds: 170 } as const;
      return verdictOfFacts({ ...facts, helper: { value: { ...helper, state } } }, [], true)?.headline;
    };
    expect(working(100)).toBe('Docker is stopping');
    expect(working(171)).toBe('Docker crashed');
  });

  test('is that no container runs, by what was tried', () => {
    const broken = { verdict: 'no', step: 'start', message: 'no runc', at: 1 } as const;
    const facts = { ...healthyFacts(), verification: { value: broken } };
    const { findings } = diagnose(facts);
    expect(verdictOfFacts(facts, findings, true)).toMatchObject({
      headline: "Docker can't run containers",
      severity: 'error',
      verified: broken,
    });
  });

  test("is that the daemon is the host's where a socket is mounted", () => {
    const facts = healthyFacts();
    const socket = valueOf(facts.socket);
    if (socket === undefined) throw new Error('the healthy machine has a socket');
    const mounted = { ...facts, socket: { value: { ...socket, mount: mount(socket.path) } } };
    expect(verdictOfFacts(mounted, [], true)?.headline).toContain("another machine's Docker");
  });

  test('is nothing where no engine was asked', () => {
    const copy = { ...healthyFacts(), engine: { unreadable: 'a copy of a machine has no engine to ask' } };
    expect(verdictOfFacts(copy, [], true)).toBeUndefined();
    expect(verdictOfFacts({ ...copy, endpoint: { unreadable: 'x' } }, [], true)).toBeUndefined();
  });
});
