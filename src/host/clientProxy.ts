import { isIP } from 'node:net';
import type { Endpoint } from '../engine/endpoint';
import { inSubnet } from '../util/subnet';

type Environment = Readonly<Record<string, string | undefined>>;

/** The first of these variables that has a value. */
function given(env: Environment, ...names: readonly string[]): string | undefined {
  return names.find((name) => (env[name] ?? '') !== '');
}

/** Whether an entry of NO_PROXY is about this place: `*`, an address, a network, or a domain with what is below it. */
function names(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inSubnet(entry, host);
  const [, name = entry, only] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/u.exec(entry) ?? [];
  if (only !== undefined && Number(only) !== port) return false;
  const domain = name.replace(/^\[|\]$/gu, '').replace(/^\*(?=\.)/u, '');
  if (domain.startsWith('.')) return host.endsWith(domain);
  return domain !== '' && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)));
}

/**
 * The variable that makes docker send its requests for this endpoint to a proxy; undefined where it asks the engine itself.
 * docker is written in Go, whose rule this is (`golang.org/x/net/http/httpproxy`). This program never asks a proxy.
 */
export function proxyVariable(env: Environment, endpoint: Endpoint): string | undefined {
  if (endpoint.kind === 'unix') return undefined;
  const variable =
    endpoint.kind === 'tls' ? given(env, 'HTTPS_PROXY', 'https_proxy') : given(env, 'HTTP_PROXY', 'http_proxy');
  const host = endpoint.host.toLowerCase().replace(/^\[|\]$/gu, '');
  if (variable === undefined || host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/u.test(host))
    return undefined;
  const exempt = (env[given(env, 'NO_PROXY', 'no_proxy') ?? ''] ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase());
  return exempt.some((entry) => entry !== '' && names(entry, host, endpoint.port)) ? undefined : variable;
}
