import { valueOf } from '../host/facts/fact';
import type { Facts, SliceName } from '../host/facts/facts';
import { diagnose } from '../diagnosis/diagnose';
import type { Diagnosis } from '../diagnosis/diagnosisSchema';
import { redact } from './redact';
import { reportMarkdown } from './markdown';
import { diagnosisReport } from './model';

/** Slices that go into a report whole (without secrets). What is not named here stays on the machine. */
const whole: readonly SliceName[] = [
  'capabilities',
  'security',
  'userNamespace',
  'sudo',
  'kernel',
  'sysctls',
  'time',
  'platform',
  'cgroup',
  'mounts',
  'storage',
  'pidFiles',
  'daemonConfig',
  'daemonLog',
  'socket',
];

/** What of the other slices: no environment, no command line, no name of a user or machine. */
function selected(facts: Facts): Readonly<Record<string, unknown>> {
  const processes = valueOf(facts.processes);
  const engine = valueOf(facts.engine);
  const network = valueOf(facts.network);
  const info = engine?.info.outcome === 'ok' ? { ...engine.info.value, name: undefined, id: undefined } : engine?.info;
  return {
    processes: processes && {
      count: processes.count,
      hidden: processes.hidden,
      shimCount: processes.shimCount,
      zombies: processes.zombies,
      systemdFolder: processes.systemdFolder,
      init: processes.init && {
        comm: processes.init.comm,
        sigchld: processes.init.sigchld,
        zombies: processes.init.zombies,
      },
      daemons: [...processes.dockerd, ...processes.containerd].map(({ pid, comm, state, startedAt, nofile }) => ({
        ...{ pid, comm, state, startedAt, nofile },
      })),
    },
    engine: engine && { ping: engine.ping, version: engine.version, info, networks: engine.networks },
    network: network && { routes: network.routes, devices: network.devices, iptables: network.iptables },
  };
}

/** What a person attaches to an issue: the judgement, and below it the facts it rests on; both without secrets. */
export function supportReport(facts: Facts, version: string): string {
  const slices = Object.fromEntries(whole.map((name) => [name, facts[name]]));
  const safe = redact({ schema: facts.schema, takenAt: facts.takenAt, version, ...slices, ...selected(facts) });
  // A run of backticks in a fact would end the block; JSON can write them another way.
  const json = JSON.stringify(safe, null, 1).replaceAll('`', '\\u0060');
  const report = diagnosisReport(redact(diagnose(facts)) as Diagnosis);
  return `${reportMarkdown(report)}\n<details><summary>Facts</summary>\n\n\`\`\`json\n${json}\n\`\`\`\n\n</details>\n`;
}
