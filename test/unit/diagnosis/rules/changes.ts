import { configure, inform, type HealthyFacts } from '../healthy';

/** What the cases change in the facts of a healthy machine. */
export const lacking = (option: string, module: string, value: 'm' | 'n') => (facts: HealthyFacts) => {
  if ('value' in facts.kernel.value.config) facts.kernel.value.config.value.options[option] = value;
  if ('value' in facts.kernel.value.modules)
    facts.kernel.value.modules.value = facts.kernel.value.modules.value.filter((name) => name !== module);
};
export const both =
  (...changes: ((facts: HealthyFacts) => void)[]) =>
  (facts: HealthyFacts) => {
    for (const change of changes) change(facts);
  };
export const backend = (name: 'nft' | 'legacy') => (facts: HealthyFacts) =>
  void (facts.network.value.iptables.backend = name);
export const ping = (value: HealthyFacts['engine']['value']['ping']) => (facts: HealthyFacts) =>
  void (facts.engine.value.ping = value);
export const unreachable = (code: string) => ping({ outcome: 'unreachable', code, message: code });
export const timeout = ping({ outcome: 'timeout', afterMs: 2000 });
export const tables = (nft: object, legacy?: object) => (facts: HealthyFacts) =>
  void (facts.root.value.iptables = {
    value: {
      nft: { tables: { nat: 5 }, dockerChain: true, dockerUserRules: 0, ...nft },
      ...(legacy && { legacy: { tables: { filter: 2 }, dockerChain: false, dockerUserRules: 0, ...legacy } }),
    },
  });
export const pidFile =
  (role: 'dockerd' | 'managed containerd', content: string, comm?: string) => (facts: HealthyFacts) =>
    void (facts.pidFiles.value = [
      {
        role,
        path: '/p',
        state: 'read',
        content,
        ...(/^\d+$/.test(content) && { pid: Number(content) }),
        ...(comm !== undefined && { process: { comm, state: 'S', startedAt: '' } }),
      },
    ]);
export const unverified = (facts: HealthyFacts) =>
  void Object.assign(facts, { verification: { unreadable: 'not tried' } });
export const containersFail = (step: string, message: string) => (facts: HealthyFacts) =>
  void Object.assign(facts.verification, { value: { verdict: 'no', step, message } });
export const without = (program: keyof HealthyFacts['daemonConfig']['value']['programs']) => (facts: HealthyFacts) =>
  void Reflect.deleteProperty(facts.daemonConfig.value.programs, program);
export const environment = (set: Record<string, string>) => (facts: HealthyFacts) => {
  for (const client of facts.endpoint.value.clients) client.environment = set;
};
export const misled = (message: string) => (facts: HealthyFacts) => {
  for (const client of facts.endpoint.value.clients) client.result = { ok: false, message };
};
export const user = (facts: HealthyFacts) => facts.identity.value;
export const set = (content: Record<string, unknown>) => (facts: HealthyFacts) => configure(facts, content);
export const told = (change: Record<string, unknown>) => (facts: HealthyFacts) => inform(facts, change);
export const mtu = (value: number) => (facts: HealthyFacts) =>
  void Object.assign(facts.network.value.devices[0] ?? {}, { mtu: value });
export const history = (why: string) => (facts: HealthyFacts) =>
  void (facts.helper.value.history = [{ at: 'x', what: 'died', why, ms: 1 }]);
export const far = {
  kind: 'tcp',
  host: 'docker',
  port: 2375,
  basePath: '',
  source: 'DOCKER_HOST',
  display: 'tcp://docker:2375',
};
export const denied = ping({ outcome: 'denied', path: {} as never });
export const refused = ping({ outcome: 'refused', path: {} as never });
export const hosts =
  (...list: string[]) =>
  (facts: HealthyFacts) => {
    facts.daemonConfig.value.hosts = list;
    configure(facts, { hosts: list });
  };
export const listener = (port: number) => (facts: HealthyFacts) =>
  void facts.network.value.listeners.push({ address: '127.0.0.1', port, uid: 0, inode: 1 });
