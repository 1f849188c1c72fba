import { valueOf, type Fact } from '../host/facts/fact';
import type { Facts } from '../host/facts/facts';
import type { CgroupFacts } from '../host/facts/cgroup';
import type { DaemonConfigFacts } from '../host/facts/daemon';
import type { EngineInfo, EngineVersion } from '../host/facts/engine';
import type { CapabilityFacts } from '../host/facts/identity';
import type { KernelFacts } from '../host/facts/kernel';
import type { ProcessesFacts, ProcessFacts } from '../host/facts/processes';
import type { PlatformName } from '../host/facts/platform';
import type { VerificationFacts } from '../host/facts/verification';
import { managedSockets } from '../helper/paths';

/** Questions that several rules ask of the same facts. */

/** The engine answered a ping. */
export function answers(facts: Facts): boolean {
  return valueOf(facts.engine)?.ping.outcome === 'ok';
}

/** This program looks for a daemon where the helper's listens, and no socket is mounted there from outside. */
export function isManaged(facts: Facts): boolean {
  const result = valueOf(facts.endpoint)?.clients[0]?.result;
  const endpoint = result?.ok === true ? result.endpoint : undefined;
  const managed = endpoint?.kind === 'unix' && managedSockets.includes(endpoint.socketPath);
  return managed && valueOf(facts.socket)?.mount === undefined;
}

export function engineInfo(facts: Facts): EngineInfo | undefined {
  const info = valueOf(facts.engine)?.info;
  return info?.outcome === 'ok' ? info.value : undefined;
}

export function engineVersion(facts: Facts): EngineVersion | undefined {
  const version = valueOf(facts.engine)?.version;
  return version?.outcome === 'ok' ? version.value : undefined;
}

/** Daemons that live: one that ended and that process 1 does not wait for stays as a zombie for ever. */
export function livingDaemons(processes: ProcessesFacts): readonly ProcessFacts[] {
  return processes.dockerd.filter(({ state }) => state !== 'Z');
}

/** Whether containers run; undefined where nobody has found out. Facts of an older version have no such slice. */
export function verificationOf(facts: Facts): VerificationFacts | undefined {
  const fact = facts.verification as Fact<VerificationFacts> | undefined;
  return fact === undefined ? undefined : valueOf(fact);
}

/** What the engine said, on one line, when a container was tried and did not run; undefined where one ran or none was tried. */
export function triedMessage(facts: Facts): string | undefined {
  const found = verificationOf(facts);
  const message = found?.verdict === 'no' ? found.message.replace(/\s+/gu, ' ').trim() : '';
  return message === '' ? undefined : message;
}

/** A dockerd lives, as far as `/proc` shows. */
export function daemonRuns(facts: Facts): boolean {
  return (valueOf(facts.processes)?.dockerd ?? []).some(({ state }) => state !== 'Z');
}

/**
 * The daemon that wrote the first known lines of the log had started already: too much was written since to be a start, or
 * the log has no beginning (rotated, or of level warn) and the helper saw it answer.
 */
export function startedBefore(facts: Facts): boolean {
  const log = valueOf(facts.daemonLog);
  if (log === undefined || log.startFound) return false;
  return log.readBytes < log.sizeBytes || valueOf(facts.helper)?.state?.state === 'running';
}

/** 20 for 20.10.24; undefined when no engine said. */
export function engineMajor(facts: Facts): number | undefined {
  const major = Number.parseInt(engineVersion(facts)?.version ?? engineInfo(facts)?.serverVersion ?? '', 10);
  return Number.isNaN(major) ? undefined : major;
}

/** The parsed daemon.json; empty when there is none. */
export function settings(config: DaemonConfigFacts): Readonly<Record<string, unknown>> {
  return config.file.state === 'parsed' ? config.file.content : {};
}

/** The value of an option: of the flag where the running daemon has it, else of the file. */
export function option(config: DaemonConfigFacts, flag: string, key = flag): unknown {
  const values = config.flags?.[flag];
  return values !== undefined && values.length > 0 ? values.at(-1) : settings(config)[key];
}

/** An option that is off: `false` in the file, `--x=false` on the command line. */
export function isOff(value: unknown): boolean {
  return value === false || value === 'false' || value === '0';
}

export function isOn(value: unknown): boolean {
  return value === true || value === 'true' || value === '' || value === '1';
}

/** The value of `exec-opts`, such as `native.cgroupdriver`; undefined when it is not set. */
export function execOption(config: DaemonConfigFacts, name: string): string | undefined {
  const file = settings(config)['exec-opts'];
  const all = [...(config.flags?.['exec-opt'] ?? []), ...(Array.isArray(file) ? file.map(String) : [])];
  return all.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** What a root process here can have at most: the bounding set of this process, which sudo cannot widen. */
export function mayHave(capabilities: CapabilityFacts, name: string): boolean {
  return capabilities.own.bounding.includes(name);
}

/** Kinds of namespaces of which the kernel allows none; users' are not among those that a container needs. */
export function exhaustedNamespaces(facts: Facts): readonly string[] {
  const quotas = Object.entries(valueOf(facts.sysctls)?.maxNamespaces ?? {});
  return quotas.filter(([kind, most]) => most === 0 && kind !== 'user').map(([kind]) => kind);
}

/** The platform's chain names it, by more than a hint. */
export function isPlatform(facts: Facts, ...names: readonly PlatformName[]): boolean {
  const chain = valueOf(facts.platform)?.chain ?? [];
  return chain.some((link) => link.confidence !== 'hint' && names.includes(link.name));
}

/**
 * Whether the kernel cannot do it: the option is off, or a module that is not loaded and cannot be from here.
 * Undefined when the configuration or the list of modules cannot be read.
 */
export function lacksModule(
  kernel: KernelFacts,
  capabilities: CapabilityFacts,
  configOption: string,
  module: string,
): boolean | undefined {
  const loaded = valueOf(kernel.modules);
  if (loaded?.includes(module) === true) return false;
  const value = valueOf(kernel.config)?.options[configOption];
  if (value === 'y') return false;
  if (value === 'n') return true;
  if (value === undefined || loaded === undefined) return undefined;
  const loadable = kernel.modulesFolder && kernel.modulesDisabled !== true && mayHave(capabilities, 'SYS_MODULE');
  return !loadable;
}

/** Why the limit of a controller on this process is not known. */
export function notVisible({ notVisible: reasons = {} }: CgroupFacts, controller: string): string {
  return reasons[controller] ?? reasons['cgroup2'] ?? `${controller} is not visible`;
}
