import * as v from 'valibot';
import type { Endpoint } from '../engine/endpoint';
import { ping } from '../engine/probe';
import { get } from '../engine/request';
import { infoFields } from '../engine/systemInfo';
import type { Answer, EngineFacts, EngineInfo, EngineVersion } from './facts/engine';
import { defined } from './readResult';
import { errorMessage } from '../util/format';

const text = v.optional(v.nullable(v.string()), '');
const word = v.pipe(
  text,
  v.transform((value) => value ?? ''),
);
const flag = v.optional(v.boolean());
const words = v.pipe(
  v.optional(v.nullable(v.array(v.string())), []),
  v.transform((list) => list ?? []),
);

/** A proxy's address without the password that may stand in it. */
function withoutUser(address: string): string {
  return address.replace(/\/\/[^/@]*@/u, '//');
}
const proxy = v.pipe(word, v.transform(withoutUser));

const Version = v.pipe(
  v.object({
    Version: v.string(),
    ApiVersion: word,
    MinAPIVersion: word,
    Os: word,
    Arch: word,
    KernelVersion: word,
    Components: v.optional(v.nullable(v.array(v.object({ Name: v.string(), Version: word }))), []),
  }),
  v.transform((version): EngineVersion => ({
    version: version.Version,
    apiVersion: version.ApiVersion,
    minApiVersion: version.MinAPIVersion,
    os: version.Os,
    arch: version.Arch,
    kernelVersion: version.KernelVersion,
    components: (version.Components ?? []).map(({ Name, Version }) => ({ name: Name, version: Version })),
  })),
);

const Info = v.pipe(
  v.object({
    ...infoFields,
    ...{ ID: word, Name: word, OperatingSystem: word, KernelVersion: word, LoggingDriver: word, DefaultRuntime: word },
    ...{ InitBinary: word, HttpProxy: proxy, HttpsProxy: proxy, NoProxy: word },
    ...{ MemoryLimit: flag, SwapLimit: flag, CpuCfsQuota: flag, CPUSet: flag, PidsLimit: flag, IPv4Forwarding: flag },
    ...{ BridgeNfIptables: flag, OomKillDisable: flag, SecurityOptions: words },
    ...{ Images: v.optional(v.number(), 0), NCPU: v.optional(v.number(), 0), MemTotal: v.optional(v.number(), 0) },
    DriverStatus: v.optional(v.nullable(v.array(v.tuple([v.string(), v.string()]))), []),
    Runtimes: v.optional(v.nullable(v.record(v.string(), v.unknown())), {}),
    Swarm: v.optional(v.object({ LocalNodeState: word }), { LocalNodeState: '' }),
  }),
  v.transform((info): EngineInfo =>
    defined({
      id: info.ID,
      name: info.Name,
      operatingSystem: info.OperatingSystem,
      kernelVersion: info.KernelVersion,
      serverVersion: info.ServerVersion,
      dataRoot: info.DockerRootDir,
      driver: info.Driver,
      driverStatus: info.DriverStatus ?? [],
      cgroupDriver: info.CgroupDriver,
      cgroupVersion: info.CgroupVersion,
      containers: info.Containers,
      containersRunning: info.ContainersRunning,
      images: info.Images,
      cpus: info.NCPU,
      memoryBytes: info.MemTotal,
      memoryLimit: info.MemoryLimit,
      swapLimit: info.SwapLimit,
      cpuQuota: info.CpuCfsQuota,
      cpuSet: info.CPUSet,
      pidsLimit: info.PidsLimit,
      ipv4Forwarding: info.IPv4Forwarding,
      bridgeNfIptables: info.BridgeNfIptables,
      oomKillDisable: info.OomKillDisable,
      liveRestore: info.LiveRestoreEnabled,
      loggingDriver: info.LoggingDriver,
      defaultRuntime: info.DefaultRuntime,
      runtimes: Object.keys(info.Runtimes ?? {}),
      initBinary: info.InitBinary,
      securityOptions: info.SecurityOptions,
      warnings: info.Warnings ?? [],
      httpProxy: info.HttpProxy,
      httpsProxy: info.HttpsProxy,
      noProxy: info.NoProxy,
      swarm: info.Swarm.LocalNodeState,
    }),
  ),
);

type Network = Extract<EngineFacts['networks'], { outcome: 'ok' }>['value'][number];
const Networks = v.array(
  v.pipe(
    v.object({
      Name: v.string(),
      Driver: word,
      IPAM: v.optional(v.object({ Config: v.optional(v.nullable(v.array(v.object({ Subnet: word }))), []) }), {
        Config: [],
      }),
      Options: v.optional(v.nullable(v.record(v.string(), v.string())), {}),
    }),
    v.transform(({ Name, Driver, IPAM, Options }): Network => {
      const mtu = Options?.['com.docker.network.driver.mtu'] ?? '';
      return {
        name: Name,
        driver: Driver,
        subnets: (IPAM.Config ?? []).map(({ Subnet }) => Subnet).filter((subnet) => subnet !== ''),
        ...(/^\d{1,5}$/u.test(mtu) && { mtu: Number(mtu) }),
      };
    }),
  ),
);

export function parseVersion(json: unknown): EngineVersion | undefined {
  const result = v.safeParse(Version, json);
  return result.success ? result.output : undefined;
}

export function parseEngineInfo(json: unknown): EngineInfo | undefined {
  const result = v.safeParse(Info, json);
  return result.success ? result.output : undefined;
}

export function parseNetworks(json: unknown): readonly Network[] | undefined {
  const result = v.safeParse(Networks, json);
  return result.success ? result.output : undefined;
}

const answerBytes = 4_194_304;
const evidenceLength = 200;

interface Asked<T> {
  readonly answer: Answer<T>;
  /** `Date` of the answer. */
  readonly date?: string | undefined;
}

async function ask<T>(
  endpoint: Endpoint,
  path: string,
  deadlineMs: number,
  parse: (json: unknown) => T | undefined,
): Promise<Asked<T>> {
  const result = await get(endpoint, { path, deadlineMs, maxBytes: answerBytes });
  const failed = (message: string, code?: string): Asked<T> => ({
    answer: defined({ outcome: 'failed' as const, code, message: message.slice(0, evidenceLength) }),
  });
  switch (result.outcome) {
    case 'answer': {
      if (result.status !== 200) return failed(`HTTP ${result.status}: ${result.body.trim()}`);
      let json: unknown;
      try {
        json = JSON.parse(result.body);
      } catch (error) {
        return failed(`the answer is not JSON: ${errorMessage(error)}`);
      }
      const value = parse(json);
      if (value === undefined) return failed('the answer is not what a Docker engine says');
      return { answer: { outcome: 'ok', value, ms: Math.round(result.ms) }, date: result.headers.date };
    }
    case 'timeout':
      return { answer: { outcome: 'timeout', afterMs: result.afterMs } };
    case 'aborted':
      return failed('the question was called off');
    case 'unusable':
      return failed(result.message);
    case 'too-large':
      return failed(`the answer has more than ${result.limit} bytes`);
    case 'error':
      return failed(result.message, result.code);
  }
}

const skipped = { outcome: 'skipped' } as const;

/**
 * Asks the engine: `/_ping` first, because an engine that does not answer it answers nothing. Never throws; ends within
 * both deadlines together.
 */
export async function askEngine(
  endpoint: Endpoint,
  deadlines: { readonly pingMs: number; readonly answerMs: number },
): Promise<EngineFacts> {
  const pinged = await ping(endpoint, deadlines.pingMs);
  const head = { endpoint: endpoint.display, ping: pinged };
  if (pinged.outcome !== 'ok') return { ...head, version: skipped, info: skipped, networks: skipped };
  const [version, info, networks] = await Promise.all([
    ask(endpoint, '/version', deadlines.answerMs, parseVersion),
    ask(endpoint, '/info', deadlines.answerMs, parseEngineInfo),
    ask(endpoint, '/networks', deadlines.answerMs, parseNetworks),
  ]);
  const told = Date.parse(networks.date ?? info.date ?? version.date ?? '');
  return defined({
    ...head,
    clock: Number.isNaN(told) ? undefined : new Date(told).toISOString(),
    version: version.answer,
    info: info.answer,
    networks: networks.answer,
  });
}
