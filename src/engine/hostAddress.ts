import { isIPv6 } from 'node:net';

/** Where an engine listens, before anything is known of TLS. `port` is undefined when the text names none. */
export type HostAddress =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number | undefined; readonly basePath: string };

export type HostParse =
  | { readonly ok: true; readonly address: HostAddress }
  /** `problem` reads on after "DOCKER_HOST is X: ". */
  | { readonly ok: false; readonly problem: string };

export const defaultSocketPath = '/var/run/docker.sock';
/** Bytes, unix(7): `sun_path` without the NUL at its end. */
const maxPath = 107;
export const plainPort = 2375;
export const tlsPort = 2376;

const refused = (problem: string): HostParse => ({ ok: false, problem });

function unixAddress(path: string): HostParse {
  if (path === '') return { ok: true, address: { kind: 'unix', socketPath: defaultSocketPath } };
  if (path.includes('://')) return refused('it names two protocols, expected unix:///path/to/socket.');
  // Either would be cut off there without a word, and something else be connected to.
  if (path.includes('\0')) return refused('its path has a NUL character in it.');
  const bytes = Buffer.byteLength(path);
  if (bytes > maxPath) return refused(`its path has ${bytes} bytes, expected ${maxPath} at most.`);
  // The docker command takes a relative path from its working folder; an editor's process has no folder of meaning.
  if (!path.startsWith('/')) return refused('its path is relative, expected unix:///path/to/socket.');
  return { ok: true, address: { kind: 'unix', socketPath: path } };
}

/** Protocols that exist for docker and cannot be used from here. */
function unsupported(protocol: string): HostParse | undefined {
  switch (protocol) {
    case 'ssh':
      return refused(
        'an engine behind ssh cannot be watched from here. Forward its socket with ssh -L and name that with unix://.',
      );
    case 'npipe':
      return refused('named pipes exist on Windows only, expected unix:///path or tcp://host:port.');
    case 'fd':
      return refused('a file descriptor is for the daemon to listen on, expected unix:///path or tcp://host:port.');
    default:
      return undefined;
  }
}

const notAnAddress = 'it is not an address, expected tcp://host:port.';

/** The part of a TCP address after `://`: `[user@]host[:port][/base]`, a query and a fragment are dropped. */
function tcpAddress(text: string): HostParse {
  const [withoutExtras = ''] = text.split(/[?#]/u);
  const slash = withoutExtras.indexOf('/');
  const authority = slash < 0 ? withoutExtras : withoutExtras.slice(0, slash);
  const basePath = slash < 0 ? '' : withoutExtras.slice(slash).replace(/\/+$/u, '');
  const at = authority.lastIndexOf('@');
  const place = authority.slice(at + 1);
  // A user is passed over, as docker does; what cannot be one is a slip of the pen.
  if (!/^[\w.:~!$&'()*+,;=%@-]*$/u.test(authority.slice(0, at + 1))) return refused(notAnAddress);

  const bracketed = /^\[(?<host>[^[\]]+)\](?:(?<colon>:)(?<port>\d*))?$/u.exec(place)?.groups;
  const plain = /^(?<host>[^\s:[\]<>"\\^`{|}%]*)(?::(?<port>\d*))?$/u.exec(place)?.groups;
  let host: string;
  let portText: string;
  if (bracketed !== undefined) {
    host = bracketed['host'] ?? '';
    if (!isIPv6(host)) return refused(`${host} is not an IPv6 address.`);
    // The docker command refuses brackets without a port too.
    if (bracketed['colon'] === undefined) return refused(`a bracketed address needs a port: [${host}]:${plainPort}.`);
    portText = bracketed['port'] ?? '';
  } else if (plain !== undefined) {
    host = plain['host'] ?? '';
    portText = plain['port'] ?? '';
  } else if (isIPv6(place)) {
    host = place;
    portText = '';
  } else {
    return refused(notAnAddress);
  }
  const port = portText === '' ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535))
    return refused(`the port is ${portText}, expected 1 to 65535.`);
  return { ok: true, address: { kind: 'tcp', host: host === '' ? 'localhost' : host, port, basePath } };
}

/**
 * `DOCKER_HOST`, `--host` and our own setting, as the docker command reads them (docker/cli `opts/hosts.go`): a bare word
 * is a TCP host, an absolute path a socket, and the TCP port is 2375 with or without TLS.
 */
export function parseHost(text: string): HostParse {
  const value = text.trim();
  if (value.startsWith('/')) return unixAddress(value);
  const at = value.indexOf('://');
  const protocol = at < 0 ? 'tcp' : value.slice(0, at);
  const rest = at < 0 ? value : value.slice(at + 3);
  if (protocol === 'unix') return unixAddress(rest);
  if (protocol !== 'tcp') {
    return unsupported(protocol) ?? refused(`the protocol ${protocol} is unknown, expected unix:// or tcp://.`);
  }
  const once = rest.startsWith('tcp://') ? rest.slice('tcp://'.length) : rest;
  if (once.includes('://')) return refused('it names two protocols, expected tcp://host:port.');
  const parsed = tcpAddress(once);
  if (!parsed.ok || parsed.address.kind !== 'tcp') return parsed;
  return { ok: true, address: { ...parsed.address, port: parsed.address.port ?? plainPort } };
}

/**
 * The `Host` of a docker context. Its grammar is another one (moby `client.ParseHostURL`): a protocol is required,
 * http:// and https:// mean what tcp:// means, and a missing port is left to HTTP: 80, with TLS 443.
 */
export function parseContextHost(text: string): HostParse {
  if (text === '') return unixAddress('');
  const at = text.indexOf('://');
  if (at < 0) return refused('it has no protocol, expected unix:///path or tcp://host:port.');
  const protocol = text.slice(0, at);
  const rest = text.slice(at + 3);
  switch (protocol) {
    case 'unix':
      return unixAddress(rest);
    case 'tcp':
      return tcpAddress(rest);
    case 'http':
    case 'https':
      return rest.includes('/')
        ? refused(`a path is allowed after tcp:// only, not after ${protocol}://.`)
        : tcpAddress(rest);
    default:
      return unsupported(protocol) ?? refused(`the protocol ${protocol} is unknown, expected unix:// or tcp://.`);
  }
}
