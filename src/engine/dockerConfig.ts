import * as v from 'valibot';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { readRegularFileSync } from '../util/regularFile';
import { errorMessage } from '../util/format';

/** What choosing an endpoint reads of the world. */
export interface EndpointReader {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder, absolute. */
  readonly homedir: string;
  /** The text of a file; throws as `fs.readFileSync` does, with `code` ENOENT when there is none. */
  readFile(path: string): string;
  exists(path: string): boolean;
}

/** A docker context as its files describe it (docker/cli `cli/context/store`). */
export interface DockerContext {
  /** As `docker context create --docker host=` was given it; empty means the default socket. */
  readonly host: string;
  readonly skipTlsVerify: boolean;
  /** Paths of the TLS files there are. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export type ContextResult =
  { readonly ok: true; readonly context: DockerContext } | { readonly ok: false; readonly message: string };

const ConfigFile = v.object({ currentContext: v.optional(v.string(), '') });
const ContextMeta = v.object({
  Endpoints: v.object({
    docker: v.object({ Host: v.optional(v.string(), ''), SkipTLSVerify: v.optional(v.boolean(), false) }),
  }),
});

/** An environment variable's value; empty counts as unset, as in docker. */
export function envValue(reader: EndpointReader, name: string): string {
  return reader.env[name] ?? '';
}

/** `$DOCKER_CONFIG`, else `~/.docker`. */
export function configFolder(reader: EndpointReader): string {
  const configured = envValue(reader, 'DOCKER_CONFIG');
  return configured === '' ? join(reader.homedir, '.docker') : configured;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/**
 * `currentContext` of `config.json`, empty when none is set. A file that cannot be used is passed over with a warning,
 * which is what the docker command does.
 */
export function currentContext(reader: EndpointReader): { readonly name: string; readonly warning?: string } {
  const path = join(configFolder(reader), 'config.json');
  try {
    return { name: v.parse(ConfigFile, JSON.parse(reader.readFile(path))).currentContext };
  } catch (error) {
    if (isMissing(error)) return { name: '' };
    return { name: '', warning: `${path} cannot be used and was passed over, as docker does: ${errorMessage(error)}` };
  }
}

/** The context of that name, from `contexts/meta` and `contexts/tls`, both by the SHA-256 of its name. */
export function readContext(reader: EndpointReader, name: string): ContextResult {
  const folder = join(configFolder(reader), 'contexts');
  const id = createHash('sha256').update(name).digest('hex');
  const metaPath = join(folder, 'meta', id, 'meta.json');
  let meta: v.InferOutput<typeof ContextMeta>;
  try {
    meta = v.parse(ContextMeta, JSON.parse(reader.readFile(metaPath)));
  } catch (error) {
    const message = isMissing(error)
      ? `The docker context "${name}" does not exist: ${metaPath} is missing. Choose one that docker context ls lists.`
      : `The docker context "${name}" cannot be read from ${metaPath}: ${errorMessage(error)}. Create it again with docker context create.`;
    return { ok: false, message };
  }
  const tlsFile = (file: string): string | undefined => {
    const path = join(folder, 'tls', id, 'docker', file);
    return reader.exists(path) ? path : undefined;
  };
  const [ca, cert, key] = [tlsFile('ca.pem'), tlsFile('cert.pem'), tlsFile('key.pem')];
  return {
    ok: true,
    context: {
      host: meta.Endpoints.docker.Host,
      skipTlsVerify: meta.Endpoints.docker.SkipTLSVerify,
      tls: {
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
    },
  };
}

/** This machine's files and that environment, for `resolveEndpoint`. */
export function clientFiles(env: Readonly<Record<string, string | undefined>>): EndpointReader {
  return {
    env,
    homedir: env['HOME'] === undefined || env['HOME'] === '' ? homedir() : env['HOME'],
    readFile: readRegularFileSync,
    exists: (path) => existsSync(path),
  };
}
