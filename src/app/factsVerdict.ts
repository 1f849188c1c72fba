import type { EngineEvent, InfoResult } from '../engine/state';
import { initial } from '../engine/model';
import { reduce } from '../engine/reducer';
import type { Endpoint } from '../engine/endpoint';
import type { Finding } from '../diagnosis/finding';
import { accessOf } from '../diagnosis/rules/socket';
import { valueOf, type Fact } from '../host/facts/fact';
import type { EngineFacts } from '../host/facts/engine';
import type { Facts } from '../host/facts/facts';
import type { VerificationFacts } from '../host/facts/verification';
import { isWorking, type HelperStateFile } from '../helper/helperState';
import { explain } from './explanation';
import { daemonOwner } from './managedDaemon';
import { overallVerdict, type OverallVerdict } from './verdict';

/** What the engine said of itself, as the reducer is told of it; undefined where it was not asked. */
function infoResult({ info }: EngineFacts): InfoResult | undefined {
  switch (info.outcome) {
    case 'skipped':
      return undefined;
    case 'timeout':
    case 'failed':
      return info;
    case 'ok': {
      const { value } = info;
      const { cgroupDriver, cgroupVersion, containersRunning, containers, dataRoot, liveRestore } = value;
      const same = { cgroupDriver, cgroupVersion, containersRunning, containers, dataRoot, liveRestore };
      const { serverVersion: version, driver: storageDriver, warnings } = value;
      return { outcome: 'ok', details: { ...same, version, storageDriver, warnings: [...warnings] } };
    }
  }
}

/** A run of the helper's that has taken longer than all that it waits for. */
function isOverdue({ since, maxSeconds }: HelperStateFile, at: number): boolean {
  return at - Date.parse(since) > maxSeconds * 1000;
}

/** What the facts say of the engine, as events. */
function eventsOf(facts: Facts, endpoint: Endpoint, engine: EngineFacts, at: number): EngineEvent[] {
  const events: EngineEvent[] = [];
  const helper = valueOf(facts.helper)?.state;
  // Facts are of root's helper, and do not say whether one that was at work still lives: beyond its own bound it does not.
  if (daemonOwner(endpoint) === 'helper' && helper !== undefined && !(isWorking(helper) && isOverdue(helper, at)))
    events.push({ type: 'helper', state: helper, at });
  const mount = valueOf(facts.socket)?.mount;
  if (endpoint.kind === 'unix' && mount !== undefined) {
    events.push({ type: 'foreign', mounted: true, evidence: `${mount.mountPoint} is a mount of ${mount.root}`, at });
  }
  events.push({ type: 'ping', result: engine.ping, at });
  const info = infoResult(engine);
  if (info !== undefined) events.push({ type: 'info', result: info, at });
  // Facts of an older version have no such slice.
  const verification = facts.verification as Fact<VerificationFacts> | undefined;
  const found = verification === undefined ? undefined : valueOf(verification);
  if (found !== undefined) events.push({ type: 'verified', verification: { ...found, at: found.at ?? at }, at });
  return events;
}

/**
 * What `status` would say of the machine that these facts were taken of. Undefined where they have no answer of an engine,
 * such as facts of a copy of a machine. Pure.
 */
export function verdictOfFacts(
  facts: Facts,
  findings: readonly Finding[],
  verifies: boolean,
): OverallVerdict | undefined {
  const at = Date.parse(facts.takenAt);
  const result = valueOf(facts.endpoint)?.clients[0]?.result;
  if (result === undefined) return undefined;
  const endpoint = result.ok ? result.endpoint : undefined;
  const engine = valueOf(facts.engine);
  if (result.ok && engine === undefined) return undefined;
  const events: EngineEvent[] =
    endpoint === undefined || engine === undefined
      ? [{ type: 'bad-endpoint', message: result.ok ? '' : result.message, at }]
      : eventsOf(facts, endpoint, engine, at);
  const { state } = events.reduce(reduce, initial(at));
  const installed = valueOf(facts.helper)?.installed;
  const words = explain(state, endpoint, {
    // Whether a trusted one is of this version is not in the facts; it changes nothing of what is done first.
    helper: installed === 'trusted' ? 'current' : installed,
    access: accessOf(facts),
  });
  return overallVerdict({ state, words, endpoint, verifies, findings, now: at });
}
