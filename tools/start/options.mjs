import { parseCommandLine } from '../lib/commandLine.mjs';
import { Refusal } from '../lib/refusal.mjs';

/**
 * @typedef {object} StartOptions
 * @property {number} port 0 for any free one
 * @property {string | undefined} user login name; undefined: chosen by start
 * @property {string | undefined} folder as given, relative to where the person stood
 * @property {'none' | 'password'} auth
 * @property {boolean} fresh
 * @property {boolean} keepDaemon
 * @property {boolean} check
 * @property {string | undefined} report file for the outcome of the check, relative to where the person stood
 */

export const usage = `usage: npm start -- [options]

Builds the extension, starts the Docker daemon and opens a code-server with the extension in it on this machine.

  --port N          port on 127.0.0.1, default 8080; 0 takes any that is free
  --user NAME       whose code-server it is; default: whoever runs this, or called sudo, else "coder", made if missing
  --folder PATH     folder to open; default: the one open last, at first ~/project of that user
  --auth KIND       none (default; only this machine can reach it) or password (one is made and shown)
  --fresh           forget the station's editor settings, state and extensions first
  --keep-daemon     leave the Docker daemon running at the end, even if this started it
  --check           start everything, try it as its user would (limits, ports, builds, volumes), end it, look what is left
  --report FILE     with --check: also write the outcome of each check to FILE, as JUnit XML
  --help            show this

Ctrl-C ends what this run started, and nothing else; images, volumes and the daemon's log stay. --check takes any free
port unless one is named. Exit status: 0 ended by you, or every check passed; 1 could not be done, or a check failed;
2 wrong usage.

Examples
  npm start
  npm start -- --port 0 --keep-daemon
  npm start -- --check
  npm start -- --user alice --folder /srv/shop --auth password
`;

/**
 * Reads the command line.
 *
 * @param {readonly string[]} args without program and script
 * @returns {StartOptions | 'help'}
 * @throws {Refusal} with exit status 2, saying what was met and what was expected
 */
export function parseOptions(args) {
  const { values, positionals } = readArguments(args);
  if (values.help) return 'help';
  const [extra] = positionals;
  if (extra !== undefined) {
    throw new Refusal(`"${extra}" is not understood; options begin with "--", see npm start -- --help.`, 2);
  }
  const { auth } = values;
  if (auth !== 'none' && auth !== 'password') {
    throw new Refusal(`--auth is "${auth}"; expected none or password.`, 2);
  }
  const empty = /** @type {const} */ (['user', 'folder', 'report']).find((name) => values[name] === '');
  if (empty !== undefined) throw new Refusal(`--${empty} is empty; expected a value after it.`, 2);
  if (values.report !== undefined && !values.check) {
    throw new Refusal('--report is the outcome of a check; add --check.', 2);
  }
  if (values.check && values['keep-daemon']) {
    throw new Refusal('--check ends all it has started; leave out --keep-daemon.', 2);
  }
  return {
    port: parsePort(values.port ?? (values.check ? '0' : '8080')),
    user: values.user,
    folder: values.folder,
    auth,
    fresh: values.fresh,
    keepDaemon: values['keep-daemon'],
    check: values.check,
    report: values.report,
  };
}

/** @param {readonly string[]} args */
function readArguments(args) {
  return parseCommandLine('npm start --', {
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      user: { type: 'string' },
      folder: { type: 'string' },
      auth: { type: 'string', default: 'none' },
      fresh: { type: 'boolean', default: false },
      'keep-daemon': { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}

/** @param {string} text */
function parsePort(text) {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new Refusal(`--port is "${text}"; expected a number from 0 to 65535, 0 for any free port.`, 2);
  }
  return port;
}
