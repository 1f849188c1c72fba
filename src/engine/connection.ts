import type { RequestOptions } from 'node:https';
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from 'node:tls';
import type { Endpoint, TlsFiles } from './endpoint';
import { readRegularFile } from '../util/regularFile';

/** What `node:http` or `node:https` needs to reach an endpoint, or why it cannot be reached at all. */
export type Connection =
  | { readonly ok: true; readonly secure: boolean; readonly options: RequestOptions; readonly basePath: string }
  | { readonly ok: false; readonly message: string };

/** What `RequestOptions` and dockerode both take. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export type TlsLoad =
  | { readonly ok: true; readonly material: TlsMaterial }
  /** Names the file that cannot be read. */
  | { readonly ok: false; readonly message: string };

/** Reads the TLS files anew. */
export async function loadTls(files: TlsFiles): Promise<TlsLoad> {
  const material: Record<string, string> = {};
  for (const [part, path] of [
    ['ca', files.ca],
    ['cert', files.cert],
    ['key', files.key],
  ] as const) {
    if (path === undefined) continue;
    try {
      material[part] = await readRegularFile(path);
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return {
        ok: false,
        message: `The TLS file ${path} cannot be read (${reason}). Restore it, or choose an endpoint that needs none.`,
      };
    }
  }
  return { ok: true, material };
}

/**
 * A certificate is for the names it lists. Node takes the common name of one that lists none; Go, which docker is written
 * in, has refused that since 1.15, and what docker refuses is not green here.
 */
function serverIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  if (certificate.subjectaltname !== undefined) return checkServerIdentity(host, certificate);
  const message = `The certificate of ${host} lists no names (subjectAltName), so docker does not accept it.`;
  return Object.assign(new Error(message), { code: 'CERT_WITHOUT_NAMES' });
}

/** What a TLS connection to an engine is made with. `verify`: false when any certificate will do. */
export function tlsOptions(material: TlsMaterial, verify: boolean): ConnectionOptions {
  return { ...material, rejectUnauthorized: verify, checkServerIdentity: serverIdentity };
}

/** How to reach the endpoint. Reads TLS files where there are any, opens nothing. */
export async function connectionTo(endpoint: Endpoint): Promise<Connection> {
  switch (endpoint.kind) {
    case 'unix':
      return { ok: true, secure: false, options: { socketPath: endpoint.socketPath }, basePath: '' };
    case 'tcp':
      return {
        ok: true,
        secure: false,
        options: { host: endpoint.host, port: endpoint.port },
        basePath: endpoint.basePath,
      };
    case 'tls': {
      const load = await loadTls(endpoint.tls);
      if (!load.ok) return load;
      return {
        ok: true,
        secure: true,
        options: {
          host: endpoint.host,
          port: endpoint.port,
          ...tlsOptions(load.material, endpoint.tls.verify),
        },
        basePath: endpoint.basePath,
      };
    }
  }
}
