import { probeLeg, surroundingsOf } from '../../src/limits/probeEnvironment';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { EngineCalls } from '../../src/engine/engineCalls';
import type { Endpoint } from '../../src/engine/endpoint';
import { catalogue } from '../../src/limits/catalogue';
import { isComplete, type Evidence } from '../../src/limits/evidence';
import { ensureImage } from '../../src/limits/image';
import { runLeg, type LegRun } from '../../src/limits/testContainer';
import type { Leg, Proof } from '../../src/limits/proof';
import type { Surroundings } from '../../src/limits/environment';
import { freshSandbox, helperVerb, socketPath } from '../sandbox.mjs';

/**
 * Every workload of every proof in a real container: it comes to its last line, with and without its limit. With
 * RECORD_EVIDENCE=FOLDER what it printed is kept, one file a proof: the fixtures of the judges in test/unit/limits.
 * They come from the engine at RECORD_SOCKET, which then runs already.
 */
const socket = process.env['RECORD_SOCKET'] ?? socketPath;
const endpoint: Endpoint = { kind: 'unix', socketPath: socket, source: 'default', display: `unix://${socket}` };
const folder = process.env['RECORD_EVIDENCE'];
let run: LegRun;
let surroundings: Surroundings;

beforeAll(async () => {
  if (folder === undefined) {
    freshSandbox();
    helperVerb('start');
  } else {
    mkdirSync(folder, { recursive: true });
  }
  const engine = await EngineCalls.open(endpoint);
  const info = await engine.info();
  const image = await ensureImage(engine, info.architecture, undefined);
  if (!image.ok) throw new Error(image.message);
  const left = (id: string, why: string): never => {
    throw new Error(`${id}: ${why}`);
  };
  const signal = new AbortController().signal;
  run = { engine, image: image.name, labels: {}, onSample: () => undefined, onLeft: left, signal };
  const nothing = { unreadable: 'not looked at' };
  surroundings = surroundingsOf(info, await runLeg(probeLeg, run), nothing, nothing);
});

async function runLegs(proof: Proof, legs: readonly Leg[]): Promise<Record<string, Evidence>> {
  const evidence: Record<string, Evidence> = {};
  if (proof.together) {
    await Promise.all(legs.map(async (leg) => (evidence[leg.name] = await runLeg(leg, run))));
  } else {
    for (const leg of legs) evidence[leg.name] = await runLeg(leg, run);
  }
  return evidence;
}

function isDisturbed(proof: Proof, evidence: Record<string, Evidence>): boolean {
  return Object.values(evidence).every(isComplete) && proof.judge(evidence, surroundings).again === true;
}

test.each(catalogue)('$id', async (proof) => {
  const legs = proof.legs(surroundings);
  if ('verdict' in legs) {
    expect(['unsupported', 'enforced']).toContain(legs.verdict);
    return;
  }
  let evidence = await runLegs(proof, legs);
  if (folder !== undefined) {
    // A recording is of an undisturbed run.
    for (let tries = 1; tries < 8 && isDisturbed(proof, evidence); tries += 1) evidence = await runLegs(proof, legs);
  }
  for (const leg of legs) {
    const seen = evidence[leg.name];
    if (seen?.refused !== undefined) expect(proof.id).toBe('files.storage');
    else expect(seen !== undefined && isComplete(seen), `${leg.name}: ${JSON.stringify(seen)}`).toBe(true);
  }
  if (folder === undefined) return;
  const { cgroup, cpus, swap, memoryAvailable, disk } = surroundings;
  const file = join(folder, `${proof.id}.v${String(cgroup)}.json`);
  writeFileSync(file, `${JSON.stringify({ surroundings: { cgroup, cpus, swap, memoryAvailable, disk }, evidence })}\n`);
});
