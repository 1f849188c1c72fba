import type { EndpointResult } from '../../engine/endpoint';
import type { PingResult } from '../../engine/state';
import type { Mount } from '../mounts';
import type { PathKind } from '../socketPath';

/** The endpoint one program would use: the variables it was given and what they lead to. */
export interface ClientEndpoint {
  /** `this program`, `code-server`, or whatever the caller named. */
  readonly client: string;
  /** DOCKER_HOST, DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_TLS_VERIFY, DOCKER_TLS, DOCKER_CERT_PATH, DOCKER_API_VERSION, XDG_RUNTIME_DIR; those that are set. */
  readonly environment: Readonly<Record<string, string>>;
  readonly result: EndpointResult;
}

export interface EndpointFacts {
  /** The editor's setting or `--host`; absent: not given. */
  readonly setting?: string;
  /** The first is this program's, which all of `engine` was asked through. */
  readonly clients: readonly ClientEndpoint[];
  /** The docker command's `config.json`. */
  readonly cliConfig: {
    readonly path: string;
    readonly state: 'absent' | 'parsed' | 'invalid' | 'unreadable';
    /** Why it is invalid or unreadable. */
    readonly problem?: string;
    readonly uid?: number;
    readonly currentContext?: string;
    /** The helper behind `credsStore`, and those of `credHelpers`: names without `docker-credential-`. */
    readonly credentialHelpers: readonly string[];
    /** Of those, the ones that are in PATH. */
    readonly credentialHelpersFound: readonly string[];
  };
  /** The docker command in PATH; absent: none. */
  readonly cli?: string;
  /** Plugins found in docker's folders: `compose`, `buildx`. */
  readonly cliPlugins: readonly string[];
  /** The proxy variables that are set, names only. */
  readonly proxyVariables: readonly string[];
}

export interface SocketFacts {
  readonly path: string;
  /** Without links. */
  readonly resolved: string;
  readonly kind: PathKind;
  readonly uid?: number;
  readonly gid?: number;
  /** Permission bits, such as 0o660 = 432. */
  readonly mode?: number;
  readonly inode?: number;
  /** Something is mounted exactly there; a root that ends in `//deleted` is a socket that was replaced outside. */
  readonly mount?: Mount;
  /** A living process listens at that path in this network namespace (`/proc/net/unix`); absent: could not be told. */
  readonly listening?: boolean;
  /** This process may write to it, as access(2) says. */
  readonly writable: boolean;
  /** Folders above that this process may not pass. */
  readonly closedFolders: readonly string[];
  /** `/var/run`: a link to `/run` as it should be, or a folder of its own. */
  readonly varRun: 'link' | 'directory' | 'absent' | 'other';
  /** Other paths that somebody listens at and that look like an engine's or containerd's; at most 32. */
  readonly otherSockets: readonly string[];
  /** `/run/containerd/containerd.sock`: present and whether anybody listens there. */
  readonly containerd: { readonly path: string; readonly kind: PathKind; readonly listening?: boolean };
}

/** What an API question came to. */
export type Answer<T> =
  | { readonly outcome: 'ok'; readonly value: T; readonly ms: number }
  /** The connection was taken, and then no answer within the deadline. */
  | { readonly outcome: 'timeout'; readonly afterMs: number }
  | { readonly outcome: 'failed'; readonly code?: string; readonly message: string }
  /** Not asked, because `/_ping` had not answered. */
  | { readonly outcome: 'skipped' };

/** `GET /version`, the parts that rules use. */
export interface EngineVersion {
  readonly version: string;
  readonly apiVersion: string;
  readonly minApiVersion: string;
  readonly os: string;
  readonly arch: string;
  readonly kernelVersion: string;
  /** Name and version; a dead containerd is missing here. */
  readonly components: readonly { readonly name: string; readonly version: string }[];
}

/** `GET /info`, the parts that rules use; absent: this engine does not say. */
export interface EngineInfo {
  readonly id: string;
  readonly name: string;
  readonly operatingSystem: string;
  readonly kernelVersion: string;
  readonly serverVersion: string;
  readonly dataRoot: string;
  readonly driver: string;
  readonly driverStatus: readonly (readonly [string, string])[];
  readonly cgroupDriver: string;
  readonly cgroupVersion: string;
  readonly containers: number;
  readonly containersRunning: number;
  readonly images: number;
  readonly cpus: number;
  /** Bytes. */
  readonly memoryBytes: number;
  readonly memoryLimit?: boolean;
  readonly swapLimit?: boolean;
  readonly cpuQuota?: boolean;
  readonly cpuSet?: boolean;
  readonly pidsLimit?: boolean;
  readonly ipv4Forwarding?: boolean;
  readonly bridgeNfIptables?: boolean;
  readonly oomKillDisable?: boolean;
  readonly liveRestore: boolean;
  readonly loggingDriver: string;
  readonly defaultRuntime: string;
  readonly runtimes: readonly string[];
  readonly initBinary: string;
  readonly securityOptions: readonly string[];
  readonly warnings: readonly string[];
  /** Proxies with user name and password taken out. */
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
  readonly swarm: string;
}

export interface EngineFacts {
  /** The endpoint, as it would be written in `DOCKER_HOST`. */
  readonly endpoint: string;
  readonly ping: PingResult;
  /** The engine's own clock, `Date` of the answer to `/_ping`, ISO 8601. */
  readonly clock?: string;
  readonly version: Answer<EngineVersion>;
  readonly info: Answer<EngineInfo>;
  /** Networks of the engine. */
  readonly networks: Answer<
    readonly {
      readonly name: string;
      readonly driver: string;
      readonly subnets: readonly string[];
      /** `com.docker.network.driver.mtu`, bytes. */
      readonly mtu?: number;
    }[]
  >;
}
