import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { configFolder, currentContext, envValue, readContext, type EndpointReader } from './dockerConfig';
import { defaultSocketPath, parseContextHost, parseHost, tlsPort, type HostAddress } from './hostAddress';

export type { EndpointReader } from './dockerConfig';

/** What decided the endpoint, in the order in which they are asked. */
export type EndpointSource =
  'setting' | 'DOCKER_HOST' | 'DOCKER_CONTEXT' | 'config.json' | 'rootless socket' | 'default';

/** TLS files by path; read when a connection is made, so that a renewed certificate is used at once. */
export interface TlsFiles {
  /** Absent: the system's own authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** False when the server's certificate is not to be checked (`DOCKER_TLS` alone, `skip-tls-verify`). */
  readonly verify: boolean;
}

interface Provenance {
  readonly source: EndpointSource;
  /** The docker context it came from, where one was named. */
  readonly context?: string;
  /** For people, as it would be written in `DOCKER_HOST`. */
  readonly display: string;
}

interface TcpPlace {
  readonly host: string;
  readonly port: number;
  /** Put before every request's path; empty or with a leading slash and no trailing one. */
  readonly basePath: string;
}

export type UnixEndpoint = Provenance & { readonly kind: 'unix'; readonly socketPath: string };
export type TcpEndpoint = Provenance & TcpPlace & { readonly kind: 'tcp' };
export type TlsEndpoint = Provenance & TcpPlace & { readonly kind: 'tls'; readonly tls: TlsFiles };
export type Endpoint = UnixEndpoint | TcpEndpoint | TlsEndpoint;

export type EndpointResult =
  | {
      readonly ok: true;
      readonly endpoint: Endpoint;
      /** Something was passed over on the way, such as a broken `config.json`. */
      readonly warning?: string;
    }
  | { readonly ok: false; readonly message: string };

function displayOf(address: HostAddress, port: number): string {
  if (address.kind === 'unix') return `unix://${address.socketPath}`;
  const host = isIPv6(address.host) ? `[${address.host}]` : address.host;
  return `tcp://${host}:${port}${address.basePath}`;
}

function endpointOf(
  address: HostAddress,
  tls: TlsFiles | undefined,
  from: { readonly source: EndpointSource; readonly context?: string },
): Endpoint {
  // A socket file is never spoken to in TLS, whatever the environment says (docker/cli, isSocket).
  if (address.kind === 'unix') return { ...from, ...address, display: displayOf(address, 0) };
  const port = address.port ?? (tls === undefined ? 80 : 443);
  const place = { ...from, host: address.host, port, basePath: address.basePath, display: displayOf(address, port) };
  return tls === undefined ? { ...place, kind: 'tcp' } : { ...place, kind: 'tls', tls };
}

/** TLS as `DOCKER_TLS_VERIFY`, `DOCKER_TLS` and `DOCKER_CERT_PATH` ask for it; any text that is not empty is a yes. */
function tlsFromEnvironment(reader: EndpointReader): TlsFiles | undefined {
  const verify = envValue(reader, 'DOCKER_TLS_VERIFY') !== '';
  if (!verify && envValue(reader, 'DOCKER_TLS') === '') return undefined;
  const configured = envValue(reader, 'DOCKER_CERT_PATH');
  const folder = configured === '' ? configFolder(reader) : configured;
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const own = reader.exists(cert) && reader.exists(key) ? { cert, key } : {};
  // The authority is required even where it is not checked against: so does the docker command.
  return { ca: join(folder, 'ca.pem'), ...own, verify };
}

function fromHost(reader: EndpointReader, text: string, source: EndpointSource, name: string): EndpointResult {
  const parsed = parseHost(text);
  if (!parsed.ok) return { ok: false, message: `${name} is ${text.trim()}: ${parsed.problem}` };
  return { ok: true, endpoint: endpointOf(parsed.address, tlsFromEnvironment(reader), { source }) };
}

function fromContext(reader: EndpointReader, context: string, source: EndpointSource): EndpointResult {
  const read = readContext(reader, context);
  if (!read.ok) return read;
  const { host, skipTlsVerify, tls } = read.context;
  const parsed = parseContextHost(host);
  if (!parsed.ok)
    return { ok: false, message: `The docker context "${context}" has the host ${host}: ${parsed.problem}` };
  const { ca, cert, key } = tls;
  const secured = skipTlsVerify || Object.keys(tls).length > 0;
  const files: TlsFiles = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    verify: !skipTlsVerify,
  };
  return { ok: true, endpoint: endpointOf(parsed.address, secured ? files : undefined, { source, context }) };
}

/** Nobody named an endpoint. */
function fromDefaults(reader: EndpointReader, mayBeRootless: boolean): Endpoint {
  const tls = tlsFromEnvironment(reader);
  if (tls !== undefined) {
    return endpointOf({ kind: 'tcp', host: 'localhost', port: tlsPort, basePath: '' }, tls, { source: 'default' });
  }
  const runtime = envValue(reader, 'XDG_RUNTIME_DIR');
  const rootless = join(runtime, 'docker.sock');
  // One that is stopped has left its state file (daemon/rootless.ts).
  const isThere = (): boolean => reader.exists(rootless) || reader.exists(join(runtime, 'dind-station', 'state.json'));
  // Ours, not docker's: a rootless daemon sets no variable for processes that were there before it.
  if (mayBeRootless && runtime.startsWith('/') && !reader.exists(defaultSocketPath) && isThere()) {
    return endpointOf({ kind: 'unix', socketPath: rootless }, undefined, { source: 'rootless socket' });
  }
  return endpointOf({ kind: 'unix', socketPath: defaultSocketPath }, undefined, { source: 'default' });
}

/**
 * The endpoint the docker command of this environment would use, except that `override` (our setting, `--host`) goes
 * first and that a rootless socket is found when nothing else is there. Reads through `reader` only and never throws.
 */
export function resolveEndpoint(reader: EndpointReader, override?: string): EndpointResult {
  if (override !== undefined && override.trim() !== '')
    return fromHost(reader, override, 'setting', 'The Docker host set here');

  const host = envValue(reader, 'DOCKER_HOST');
  // Only spaces: docker then takes its default and asks no context.
  if (host !== '') {
    return host.trim() === ''
      ? { ok: true, endpoint: fromDefaults(reader, false) }
      : fromHost(reader, host, 'DOCKER_HOST', 'DOCKER_HOST');
  }

  const named = envValue(reader, 'DOCKER_CONTEXT');
  if (named === 'default') return { ok: true, endpoint: fromDefaults(reader, false) };
  if (named !== '') return fromContext(reader, named, 'DOCKER_CONTEXT');

  const { name, warning } = currentContext(reader);
  if (name !== '' && name !== 'default') return fromContext(reader, name, 'config.json');
  const endpoint = fromDefaults(reader, name === '');
  return warning === undefined ? { ok: true, endpoint } : { ok: true, endpoint, warning };
}
