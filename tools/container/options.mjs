import { parseArgs } from 'node:util';
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
  --check         try what a person would do in it, stop it, start it again ten times, say what was found, and end
  --fresh         forget the volumes (home, histories, the daemon's data) first
  --help          show this

Where the base image cannot be pulled it is put together from Debian's packages with mmdebstrap and gets the same name.
`;

/**
 * @param {readonly string[]} args
 * @returns {ContainerOptions | 'help'}
 */
export function parseContainerOptions(args) {
  const { values } = readArguments(args);
  if (values.help) return 'help';
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
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
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8080' },
        engine: { type: 'string', default: 'auto' },
        check: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : String(error)} See --help.`, 2);
  }
}
