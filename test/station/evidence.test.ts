import { probeContainer, environmentOf } from '../../src/limits/probeEnvironment';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { EngineCalls } from '../../src/engine/engineCalls';
import type { Endpoint } from '../../src/engine/endpoint';
import { catalogue } from '../../src/limits/catalogue';
import { isComplete, type ContainerEvidence } from '../../src/limits/containerEvidence';
import { ensureImage } from '../../src/limits/image';
import { runContainer, type TestContainerRun } from '../../src/limits/testContainer';
import type { TestContainer, LimitCheck } from '../../src/limits/limitCheck';
import type { Environment } from '../../src/limits/environment';
import { freshSandbox, helperVerb, socketPath } from '../sandbox.mjs';

/**
 * Every workload of every check in a real container: it comes to its last line, with and without its limit. With
 * RECORD_EVIDENCE=FOLDER what it printed is kept, one file a check: the fixtures of the judges in test/unit/limits.
 * They come from the engine at RECORD_SOCKET, which then runs already.
 */
const socket = process.env['RECORD_SOCKET'] ?? socketPath;
const endpoint: Endpoint = { kind: 'unix', socketPath: socket, source: 'default', display: `unix://${socket}` };
const folder = process.env['RECORD_EVIDENCE'];
let run: TestContainerRun;
let environment: Environment;

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
  environment = environmentOf(info, await runContainer(probeContainer, run), nothing, nothing);
});

async function runLegs(
  check: LimitCheck,
  containers: readonly TestContainer[],
): Promise<Record<string, ContainerEvidence>> {
  const evidence: Record<string, ContainerEvidence> = {};
  if (check.together) {
    await Promise.all(
      containers.map(async (container) => (evidence[container.name] = await runContainer(container, run))),
    );
  } else {
    for (const container of containers) evidence[container.name] = await runContainer(container, run);
  }
  return evidence;
}

function isDisturbed(check: LimitCheck, evidence: Record<string, ContainerEvidence>): boolean {
  return Object.values(evidence).every(isComplete) && check.judge(evidence, environment).again === true;
}

test.each(catalogue)('$id', async (check) => {
  const containers = check.containers(environment);
  if ('verdict' in containers) {
    expect(['unsupported', 'enforced']).toContain(containers.verdict);
    return;
  }
  let evidence = await runLegs(check, containers);
  if (folder !== undefined) {
    // A recording is of an undisturbed run.
    for (let tries = 1; tries < 8 && isDisturbed(check, evidence); tries += 1)
      evidence = await runLegs(check, containers);
  }
  for (const container of containers) {
    const seen = evidence[container.name];
    if (seen?.refused !== undefined) expect(check.id).toBe('files.storage');
    else expect(seen !== undefined && isComplete(seen), `${container.name}: ${JSON.stringify(seen)}`).toBe(true);
  }
  if (folder === undefined) return;
  const { cgroup, cpus, swap, memoryAvailable, disk } = environment;
  const file = join(folder, `${check.id}.v${String(cgroup)}.json`);
  writeFileSync(file, `${JSON.stringify({ environment: { cgroup, cpus, swap, memoryAvailable, disk }, evidence })}\n`);
});
