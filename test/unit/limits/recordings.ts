import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../../src/limits/catalogue';
import type { ContainerEvidence } from '../../../src/limits/containerEvidence';
import type { LimitCheck } from '../../../src/limits/limitCheck';
import type { Environment } from '../../../src/limits/environment';

/** One check's containers as they were on a real engine (`test/station/evidence.test.ts` records them). */
export interface Recording {
  readonly file: string;
  readonly check: LimitCheck;
  readonly environment: Environment;
  readonly evidence: Readonly<Record<string, ContainerEvidence>>;
}

/** What the recorder leaves out, because it is of another machine. */
const elsewhere = {
  engine: {
    id: 'E',
    version: '20.10.24',
    architecture: 'x86_64',
    cpus: 2,
    cpuset: true,
    running: 0,
  },
  outside: { unreadable: 'not recorded' },
  own: { unreadable: 'not recorded' },
} satisfies Partial<Environment>;

/** `enforced`: a healthy engine's. `dropped`: one's whose runtime forgets every limit. `starved`: on two CPUs that ten others want. */
export type Kind = 'enforced' | 'dropped' | 'starved';

export function recordings(kind: Kind): Recording[] {
  const folder = join(__dirname, 'recorded', kind);
  return readdirSync(folder).map((file) => {
    const read = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Pick<Recording, 'environment' | 'evidence'>;
    const check = catalogue.find(({ id }) => file.startsWith(`${id}.v`));
    if (check === undefined) throw new Error(`${file} is of no proof`);
    return { file, check, environment: { ...elsewhere, ...read.environment }, evidence: read.evidence };
  });
}

export function recorded(id: string, kind: Kind = 'enforced'): Recording {
  const found = recordings(kind).find(({ check }) => check.id === id);
  if (found === undefined) throw new Error(`there is no recording of ${id}`);
  return found;
}

/** The same with other lines of one container: `change` gives a line's new value, or undefined to leave it out. */
export function altered(
  recording: Recording,
  container: string,
  change: (key: string, value: string) => string | undefined,
): Recording {
  const evidence = recording.evidence[container];
  if (evidence === undefined) throw new Error(`${recording.file} has no container ${container}`);
  const lines = evidence.lines.flatMap(([key, value]): [string, string][] => {
    const fresh = change(key, value);
    return fresh === undefined ? [] : [[key, fresh]];
  });
  return { ...recording, evidence: { ...recording.evidence, [container]: { ...evidence, lines } } };
}

/** With limits around the engine, as its containers' group path shows them. */
export function surrounded(recording: Recording, level: { memory?: number; cpus?: number; pids?: number }): Recording {
  const levels = [{ path: '/docker/x' }, { path: '/docker' }, { path: '/', ...level }];
  return {
    ...recording,
    environment: {
      ...recording.environment,
      outside: { version: recording.environment.cgroup, path: '/docker/x', levels },
    },
  };
}

export const judged = ({ check, evidence, environment }: Recording) => check.judge(evidence, environment);
