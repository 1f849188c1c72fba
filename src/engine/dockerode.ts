import { Agent } from 'node:https';
import Docker from 'dockerode';
import { loadTls, tlsOptions } from './connection';
import type { Endpoint } from './endpoint';

/**
 * The only file that imports dockerode. It is built into an output file of its own, because loading it costs more than
 * everything else together; `loadDockerode.ts` loads it on first use. Parts of dockerode that nothing here calls are replaced by
 * `stubs/absent.ts` at bundling: who calls one more takes it off the list in `tools/lib/dockerodeParts.mjs`.
 */

/** Milliseconds of silence after which a call fails, unless told otherwise. */
const defaultSilence = 10_000;

export interface RunningContainer {
  /** The full 64 digits. */
  readonly id: string;
  /** Without docker's leading slash; empty when it has none. */
  readonly name: string;
  readonly image: string;
  /** As `docker ps` shows it: `Up 3 minutes`. */
  readonly status: string;
}

/**
 * A dockerode client for the endpoint. Throws an Error that names the file when a TLS file cannot be read.
 * dockerode puts what it finds in DOCKER_HOST and DOCKER_CERT_PATH under our options, so each is given, if only as
 * undefined.
 */
export async function createDocker(endpoint: Endpoint, silence = defaultSilence): Promise<Docker> {
  const none = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined, timeout: silence };
  if (endpoint.kind === 'unix') return new Docker({ ...none, protocol: 'http', socketPath: endpoint.socketPath });
  const place = {
    ...none,
    host: endpoint.host,
    port: endpoint.port,
    // dockerode drops the path of a host; what it calls a version is put before every path.
    ...(endpoint.basePath === '' ? {} : { version: endpoint.basePath.slice(1) }),
  };
  if (endpoint.kind === 'tcp') return new Docker({ ...place, protocol: 'http' });
  const load = await loadTls(endpoint.tls);
  if (!load.ok) throw new Error(load.message);
  // Through an agent, because dockerode has no option for a server that is not to be verified.
  const agent = new Agent(tlsOptions(load.material, endpoint.tls.verify));
  const options: Docker.DockerOptions & { readonly agent: Agent } = { ...place, protocol: 'https', agent };
  return new Docker(options);
}

/** What runs now, newest first. Rejects with dockerode's error when the engine does not answer or refuses. */
export async function runningContainers(endpoint: Endpoint): Promise<RunningContainer[]> {
  const docker = await createDocker(endpoint);
  const containers = await docker.listContainers();
  return containers.map(({ Id, Names, Image, Status }) => ({
    id: Id,
    name: (Names[0] ?? '').replace(/^\//u, ''),
    image: Image,
    status: Status,
  }));
}
