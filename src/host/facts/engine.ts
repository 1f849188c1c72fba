import * as v from 'valibot';
import { endpointResultSchema, pingResultSchema } from './connection';
import { mountSchema } from './mount';
import type { FactsOf } from './schema';

/** The endpoint one program would use: the variables it was given and what they lead to. */
export const clientEndpointSchema = v.object({
  /** `this program`, `code-server`, or whatever the caller named. */
  client: v.string(),
  /** DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_TLS_VERIFY, DOCKER_TLS, DOCKER_CERT_PATH, DOCKER_API_VERSION, XDG_RUNTIME_DIR; those that are set. */
  environment: v.record(v.string(), v.string()),
  result: endpointResultSchema,
  /** The variable by which docker sends its requests for this endpoint to a proxy; absent: it asks the engine itself. */
  proxy: v.exactOptional(v.string()),
});
export type ClientEndpoint = FactsOf<typeof clientEndpointSchema>;

export const endpointFactsSchema = v.object({
  /** The editor's setting or `--host`; absent: not given. */
  setting: v.exactOptional(v.string()),
  /** The first is this program's, which all of `engine` was asked through. */
  clients: v.array(clientEndpointSchema),
  /** The docker command's `config.json`. */
  cliConfig: v.object({
    path: v.string(),
    state: v.picklist(['absent', 'parsed', 'invalid', 'unreadable']),
    /** Why it is invalid or unreadable. */
    problem: v.exactOptional(v.string()),
    uid: v.exactOptional(v.number()),
    currentContext: v.exactOptional(v.string()),
    /** The helper behind `credsStore`, and those of `credHelpers`: names without `docker-credential-`. */
    credentialHelpers: v.array(v.string()),
    /** Of those, the ones that are in PATH. */
    credentialHelpersFound: v.array(v.string()),
  }),
  /** The docker command in PATH; absent: none. */
  cli: v.exactOptional(v.string()),
  /** Plugins found in docker's folders: `compose`, `buildx`. */
  cliPlugins: v.array(v.string()),
  /** The proxy variables that are set, names only. */
  proxyVariables: v.array(v.string()),
});
export type EndpointFacts = FactsOf<typeof endpointFactsSchema>;

/** What stands at the path of a socket. */
export const pathKindSchema = v.picklist(['absent', 'socket', 'file', 'directory', 'other']);
export type PathKind = FactsOf<typeof pathKindSchema>;

export const socketFactsSchema = v.object({
  path: v.string(),
  /** Without links. */
  resolved: v.string(),
  kind: pathKindSchema,
  uid: v.exactOptional(v.number()),
  gid: v.exactOptional(v.number()),
  /** Permission bits, such as 0o660 = 432. */
  mode: v.exactOptional(v.number()),
  inode: v.exactOptional(v.number()),
  /** Something is mounted exactly there; a root that ends in `//deleted` is a socket that was replaced outside. */
  mount: v.exactOptional(mountSchema),
  /** A living process listens at that path in this network namespace (`/proc/net/unix`); absent: could not be told. */
  listening: v.exactOptional(v.boolean()),
  /** This process may write to it, as access(2) says. */
  writable: v.boolean(),
  /** Folders above that this process may not pass. */
  closedFolders: v.array(v.string()),
  /** `/var/run`: a link to `/run` as it should be, or a folder of its own. */
  varRun: v.picklist(['link', 'directory', 'absent', 'other']),
  /** Other paths that somebody listens at and that look like an engine's or containerd's; at most 32. */
  otherSockets: v.array(v.string()),
  /** `/run/containerd/containerd.sock`: present and whether anybody listens there. */
  containerd: v.object({
    path: v.string(),
    kind: pathKindSchema,
    listening: v.exactOptional(v.boolean()),
  }),
});
export type SocketFacts = FactsOf<typeof socketFactsSchema>;

/** What an API question came to. */
export type Answer<T> =
  | { readonly outcome: 'ok'; readonly value: T; readonly ms: number }
  /** The connection was taken, and then no answer within the deadline. */
  | { readonly outcome: 'timeout'; readonly afterMs: number }
  | { readonly outcome: 'failed'; readonly code?: string; readonly message: string }
  /** Not asked, because `/_ping` had not answered. */
  | { readonly outcome: 'skipped' };

function answerSchema<S extends v.GenericSchema>(value: S): v.GenericSchema<Answer<v.InferOutput<S>>> {
  return v.variant('outcome', [
    v.object({ outcome: v.literal('ok'), value, ms: v.number() }),
    v.object({ outcome: v.literal('timeout'), afterMs: v.number() }),
    v.object({ outcome: v.literal('failed'), code: v.exactOptional(v.string()), message: v.string() }),
    v.object({ outcome: v.literal('skipped') }),
  ]) as v.GenericSchema<Answer<v.InferOutput<S>>>;
}

/** `GET /version`, the parts that rules use. */
export const engineVersionSchema = v.object({
  version: v.string(),
  apiVersion: v.string(),
  minApiVersion: v.string(),
  os: v.string(),
  arch: v.string(),
  kernelVersion: v.string(),
  /** Name and version; a dead containerd is missing here. */
  components: v.array(
    v.object({
      name: v.string(),
      version: v.string(),
    }),
  ),
});
export type EngineVersion = FactsOf<typeof engineVersionSchema>;

/** `GET /info`, the parts that rules use; absent: this engine does not say. */
export const engineInfoSchema = v.object({
  id: v.string(),
  name: v.string(),
  operatingSystem: v.string(),
  kernelVersion: v.string(),
  serverVersion: v.string(),
  dataRoot: v.string(),
  driver: v.string(),
  driverStatus: v.array(v.tuple([v.string(), v.string()])),
  cgroupDriver: v.string(),
  cgroupVersion: v.string(),
  containers: v.number(),
  containersRunning: v.number(),
  images: v.number(),
  cpus: v.number(),
  /** Bytes. */
  memoryBytes: v.number(),
  memoryLimit: v.exactOptional(v.boolean()),
  swapLimit: v.exactOptional(v.boolean()),
  cpuQuota: v.exactOptional(v.boolean()),
  cpuSet: v.exactOptional(v.boolean()),
  pidsLimit: v.exactOptional(v.boolean()),
  ipv4Forwarding: v.exactOptional(v.boolean()),
  bridgeNfIptables: v.exactOptional(v.boolean()),
  oomKillDisable: v.exactOptional(v.boolean()),
  liveRestore: v.boolean(),
  loggingDriver: v.string(),
  defaultRuntime: v.string(),
  runtimes: v.array(v.string()),
  initBinary: v.string(),
  securityOptions: v.array(v.string()),
  warnings: v.array(v.string()),
  /** Proxies with user name and password taken out. */
  httpProxy: v.string(),
  httpsProxy: v.string(),
  noProxy: v.string(),
  swarm: v.string(),
});
export type EngineInfo = FactsOf<typeof engineInfoSchema>;

export const engineFactsSchema = v.object({
  /** The endpoint, as it would be written in `DOCKER_HOST`. */
  endpoint: v.string(),
  ping: pingResultSchema,
  /** The engine's own clock, `Date` of the answer to `/_ping`, ISO 8601. */
  clock: v.exactOptional(v.string()),
  version: answerSchema(engineVersionSchema),
  info: answerSchema(engineInfoSchema),
  /** Networks of the engine. */
  networks: answerSchema(
    v.array(
      v.object({
        name: v.string(),
        driver: v.string(),
        subnets: v.array(v.string()),
        /** `com.docker.network.driver.mtu`, bytes. */
        mtu: v.exactOptional(v.number()),
      }),
    ),
  ),
});
export type EngineFacts = FactsOf<typeof engineFactsSchema>;
