// Starts a code-server for tests: fresh data, its own Node, a free port on 127.0.0.1, ended with its children.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findCodeServer } from '../../tools/code-server/ensure.mjs';

/** @typedef {import('./codeServer.d.mts').CodeServerOptions} CodeServerOptions */
/** @typedef {import('./codeServer.d.mts').RunningCodeServer} RunningCodeServer */

const startMs = 60_000;
/** The extension host outlives the server by up to 2 s, the terminals' host by up to 6. */
const endMs = 10_000;

/** Quiet: nothing opens, asks or looks for updates by itself, and no editor covers the page. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.editor.useModal': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'telemetry.telemetryLevel': 'off',
  'window.dialogStyle': 'custom',
};

/** The walkthrough of the extension stays away; the editor takes this from the machine's settings only. */
const quietMachineSettings = { 'workbench.welcomePage.walkthroughs.openOnInstall': false };

/**
 * Prefix that makes a program run as another user, with exactly the groups that user has now.
 *
 * @param {string | undefined} user
 * @returns {string[]}
 */
function asUser(user) {
  return user === undefined ? [] : ['/usr/bin/setpriv', '--reuid', user, '--regid', user, '--init-groups', '--'];
}

/**
 * What the server gets as its environment. Variables of an editor we may ourselves run in would mislead it.
 *
 * @param {string} run
 * @param {Record<string, string>} [more]
 * @returns {Record<string, string>}
 */
function environment(run, more) {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    SHELL: '/bin/sh',
    HOME: join(run, 'home'),
    // Its sockets go here, and with the folder.
    XDG_RUNTIME_DIR: join(run, 'xdg'),
    // No gallery: nothing is asked of anybody.
    EXTENSIONS_GALLERY: '{}',
    ...more,
  };
}

/**
 * @param {string} user
 * @returns {{ uid: number, gid: number }}
 */
function idsOf(user) {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === user);
  if (entry === undefined) throw new Error(`There is no user ${user} on this machine.`);
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/**
 * @param {CodeServerOptions} options
 * @returns {Promise<RunningCodeServer>}
 */
export async function startCodeServer(options = {}) {
  const found = findCodeServer();
  if (found === undefined) throw new Error('code-server is not installed: run node tools/code-server.mjs first.');
  const run = mkdtempSync(join(tmpdir(), 'dind-station-editor-'));
  chmodSync(run, 0o755);
  const data = join(run, 'ud');
  for (const made of [data, join(run, 'ext'), join(run, 'xdg')]) mkdirSync(made);
  chmodSync(join(run, 'xdg'), 0o700);
  writeFileSync(join(run, 'config.yaml'), '');
  const folder = makeProfile(run, options);
  if (options.user !== undefined) giveTo(run, idsOf(options.user));

  const common = [
    found.entry,
    ...['--config', join(run, 'config.yaml')],
    ...['--user-data-dir', data],
    ...['--extensions-dir', join(run, 'ext')],
  ];
  const env = environment(run, options.environment);
  const [program, ...before] = [...asUser(options.user), found.node];
  if (options.vsix !== undefined) {
    const installed = spawnSync(program, [...before, ...common, '--install-extension', options.vsix], {
      env,
      encoding: 'utf8',
    });
    if (installed.status !== 0)
      throw new Error(`The extension was not installed: ${installed.stdout}${installed.stderr}`);
  }

  const child = spawn(
    program,
    [
      ...before,
      ...common,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0'],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(options.restricted === true ? [] : ['--disable-workspace-trust']),
      ...(options.testDriver === true ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
      ...['--log', 'info'],
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (/** @type {string} */ text) => {
      output = (output + text).slice(-65_536);
    });
  }
  const url = await listening(child, () => output);
  return {
    url,
    folder,
    run,
    pid: child.pid ?? 0,
    output: () => output,
    pageUrl: (more = {}) => `${url}?${new URLSearchParams({ folder, ...more }).toString()}`,
    stop: async () => {
      await endGroup(child);
      if (options.keep !== true) rmSync(run, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/**
 * Makes a server that runs a server nobody has used: what still runs of an earlier window is ended, and its user's
 * settings, state and home are made anew. The workspace folder is another one: the server keeps terminals by the folder.
 *
 * @param {{ run: string, pid: number }} server
 * @param {CodeServerOptions} options
 * @returns {Promise<string>} the workspace folder
 */
export async function renewProfile({ run, pid }, options) {
  const deadline = Date.now() + endMs;
  for (let hosts = extensionHosts(pid); hosts.length > 0; hosts = extensionHosts(pid)) {
    if (Date.now() > deadline) throw new Error(`The extension hosts ${hosts.join(', ')} do not end.`);
    // Without its window one waits for hours for the window to come back.
    for (const host of hosts) spawnSync('kill', ['-KILL', String(host)]);
    await pause(50);
  }
  for (const old of [join(run, 'ud', 'User'), join(run, 'ud', 'Machine'), join(run, 'home')]) {
    rmSync(old, { recursive: true, force: true });
  }
  const folder = makeProfile(run, options);
  if (options.user !== undefined) {
    const ids = idsOf(options.user);
    for (const made of [join(run, 'ud'), join(run, 'home'), folder]) giveTo(made, ids);
  }
  return folder;
}

/**
 * The extension hosts of a server, one a window.
 *
 * @param {number} server its process id, which is that of its process group
 * @returns {number[]}
 */
export function extensionHosts(server) {
  const { stdout } = spawnSync(
    'pgrep',
    ['--runstates', 'RSDTt', '--pgroup', String(server), '--full', 'type=extensionHost'],
    {
      encoding: 'utf8',
    },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/**
 * What belongs to a user: settings, a home, and a workspace folder.
 *
 * @param {string} run
 * @param {CodeServerOptions} options
 * @returns {string} the workspace folder
 */
function makeProfile(run, options) {
  const data = join(run, 'ud');
  for (const made of [join(data, 'User'), join(data, 'Machine'), join(run, 'home')]) mkdirSync(made);
  const folder = mkdtempSync(join(run, 'workspace-'));
  writeFileSync(join(data, 'User', 'settings.json'), JSON.stringify({ ...quietSettings, ...options.settings }));
  writeFileSync(
    join(data, 'Machine', 'settings.json'),
    JSON.stringify({ ...quietMachineSettings, ...options.machineSettings }),
  );
  for (const [path, text] of Object.entries(options.files ?? {})) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/**
 * @param {string} path
 * @param {{ uid: number, gid: number }} ids
 */
function giveTo(path, { uid, gid }) {
  chownSync(path, uid, gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) giveTo(inner, { uid, gid });
    else chownSync(inner, uid, gid);
  }
}

/**
 * The address it listens at, once it says so.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {() => string} output
 * @returns {Promise<string>}
 */
async function listening(child, output) {
  const deadline = Date.now() + startMs;
  for (;;) {
    const url = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+\/)/u.exec(output())?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null || Date.now() > deadline) {
      await endGroup(child);
      throw new Error(`code-server did not start:\n${output()}`);
    }
    await pause(50);
  }
}

/**
 * Ends the server and everything it started, which is in one process group, and waits until it is gone.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
async function endGroup(child) {
  const { pid } = child;
  if (pid === undefined) return;
  const signal = (/** @type {NodeJS.Signals | 0} */ name) => {
    try {
      process.kill(-pid, name);
      return true;
    } catch {
      return false;
    }
  };
  signal('SIGTERM');
  const deadline = Date.now() + endMs;
  while (signal(0) && Date.now() < deadline) await pause(100);
  signal('SIGKILL');
  // Terminals have groups of their own; the environment names the run they belong to.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** @param {string} path */
export function requireFile(path) {
  if (!existsSync(path)) throw new Error(`${path} is not there: run npm run package first.`);
  return path;
}
