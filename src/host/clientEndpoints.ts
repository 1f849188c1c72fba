import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { configFolder, type EndpointReader } from '../engine/dockerConfig';
import { resolveEndpoint } from '../engine/endpoint';
import { proxyVariable } from './clientProxy';
import type { ClientEndpoint, EndpointFacts } from './facts/engine';
import { findProgram } from './programs';
import { defined, isUnreadable, namesIn, readBytes } from './readResult';
import { errorMessage } from '../util/format';

/** A program whose view of the engine matters, by its environment. */
export interface Client {
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homedir: string;
}

// prettier-ignore
const variables = [
  'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_TLS_VERIFY', 'DOCKER_TLS', 'DOCKER_CERT_PATH',
  'DOCKER_API_VERSION', 'XDG_RUNTIME_DIR',
];
const proxies = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
];

/** Synchronous, as the endpoint's rules ask, and so never from a FIFO: a wait here would stop the whole program. */
function readAtOnce(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function readerOf(client: Client, root: string): EndpointReader {
  return {
    env: client.env,
    homedir: client.homedir,
    readFile: (path) => readAtOnce(join(root, path)),
    exists: (path) => existsSync(join(root, path)),
  };
}

function clientEndpoint(client: Client, root: string, setting: string | undefined): ClientEndpoint {
  const set = variables.flatMap((name) => {
    const value = client.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const result = resolveEndpoint(readerOf(client, root), setting);
  const proxy = result.ok ? proxyVariable(client.env, result.endpoint) : undefined;
  return defined({ client: client.name, environment: Object.fromEntries(set), result, proxy });
}

const CliConfig = v.object({
  currentContext: v.optional(v.string()),
  credsStore: v.optional(v.string()),
  credHelpers: v.optional(v.record(v.string(), v.string()), {}),
});

async function uidOf(root: string, path: string): Promise<number | undefined> {
  try {
    return (await stat(join(root, path))).uid;
  } catch {
    // Absent, or in a folder we may not search.
    return undefined;
  }
}

async function readCliConfig(root: string, client: Client): Promise<EndpointFacts['cliConfig']> {
  const path = join(configFolder(readerOf(client, root)), 'config.json');
  const none = { path, credentialHelpers: [], credentialHelpersFound: [] };
  const [read, uid] = await Promise.all([readBytes(root, path), uidOf(root, path)]);
  if (isUnreadable(read)) {
    if (/: (?:ENOENT|ENOTDIR)$/u.test(read.unreadable)) return { ...none, state: 'absent' };
    return defined({ ...none, state: 'unreadable' as const, problem: read.unreadable, uid });
  }
  try {
    const config = v.parse(CliConfig, JSON.parse(read.bytes.toString('utf8')));
    const named = [config.credsStore ?? '', ...Object.values(config.credHelpers)].filter((name) => name !== '');
    const folders = (client.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
    const helpers = [...new Set(named)];
    const found = await Promise.all(helpers.map((name) => findProgram(root, `docker-credential-${name}`, folders)));
    return defined({
      path,
      state: 'parsed' as const,
      uid,
      currentContext: config.currentContext,
      credentialHelpers: helpers,
      credentialHelpersFound: helpers.filter((_name, index) => found[index] !== undefined),
    });
  } catch (error) {
    const problem = errorMessage(error);
    return defined({ ...none, state: 'invalid' as const, problem, uid });
  }
}

/** Where docker looks for plugins, besides the user's own folder. */
// prettier-ignore
const pluginFolders = [
  '/usr/local/lib/docker/cli-plugins', '/usr/local/libexec/docker/cli-plugins', '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
];

/**
 * The endpoint of each client and what surrounds it. The first client is this program. Never throws.
 *
 * @param setting the editor's setting or `--host`; it holds for the first client alone
 */
export async function readEndpoints(
  root: string,
  clients: readonly [Client, ...Client[]],
  setting: string | undefined,
): Promise<EndpointFacts> {
  const [own] = clients;
  const folders = [join(configFolder(readerOf(own, root)), 'cli-plugins'), ...pluginFolders];
  const path = (own.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const [cliConfig, cli, plugins] = await Promise.all([
    readCliConfig(root, own),
    findProgram(root, 'docker', path),
    Promise.all(folders.map((folder) => namesIn(root, folder))),
  ]);
  const pluginNames = plugins.flat().flatMap((name) => /^docker-([\w-]+)$/u.exec(name)?.[1] ?? []);
  return defined({
    setting,
    clients: clients.map((client, index) => clientEndpoint(client, root, index === 0 ? setting : undefined)),
    cliConfig,
    cli,
    cliPlugins: [...new Set(pluginNames)].sort(),
    proxyVariables: proxies.filter((name) => (own.env[name] ?? '') !== ''),
  });
}
