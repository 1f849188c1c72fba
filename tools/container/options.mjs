import { parseCommandLine } from '../lib/commandLine.mjs';
import { Refusal } from '../lib/refusal.mjs';

/**
 * @typedef {object} ContainerOptions
 * @property {number} port on 127.0.0.1
 * @property {'auto' | 'machine' | 'bed'} engine
 * @property {boolean} check
 * @property {boolean} fresh
 */

export const usage = `usage: npm run station:container -- [options]

Builds the image of a station (container/Dockerfile) and runs it until Ctrl-C; its volumes are kept.

  --port N        port on 127.0.0.1, default 8080
  --engine KIND   auto (default): this machine's engine if one answers, else one in a bed (test/bed); machine; bed
  --check         try what a person would do in it, in a browser too; kill, stop and restart it; say what was found; end
                  (with volumes of its own)
  --fresh         forget the volumes (home, histories, the daemon's data) first
  --help          show this

The first start takes some minutes, a later one seconds. Exit status: 0, 1 could not be done or a check failed, 2 wrong
usage. What is missing of Debian's packages is installed. Where the base image cannot be pulled it is put together from Debian's packages with mmdebstrap and gets the same name.
`;

/**
 * Reads the command line.
 *
 * @param {readonly string[]} args without program and script
 * @returns {ContainerOptions | 'help'}
 * @throws {Refusal} with exit status 2, saying what was met and what was expected
 */
export function parseContainerOptions(args) {
  const { values, positionals } = readArguments(args);
  if (values.help) return 'help';
  const [extra] = positionals;
  if (extra !== undefined) {
    throw new Refusal(
      `"${extra}" is not understood; options begin with "--", see npm run station:container -- --help.`,
      2,
    );
  }
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : 0;
  if (port < 1 || port > 65_535) {
    throw new Refusal(`--port is "${values.port}"; expected a number from 1 to 65535.`, 2);
  }
  const { engine } = values;
  if (engine !== 'auto' && engine !== 'machine' && engine !== 'bed') {
    throw new Refusal(`--engine is "${engine}"; expected auto, machine or bed.`, 2);
  }
  return { port, engine, check: values.check, fresh: values.fresh };
}

/** @param {readonly string[]} args */
function readArguments(args) {
  return parseCommandLine('npm run station:container --', {
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '8080' },
      engine: { type: 'string', default: 'auto' },
      check: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
