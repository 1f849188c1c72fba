import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type { EndpointReader } from './dockerConfig';
import { readRegularFileSync } from './regularFile';

/** This machine's files and that environment, for `resolveEndpoint`. */
export function clientFiles(env: Readonly<Record<string, string | undefined>>): EndpointReader {
  return {
    env,
    homedir: env['HOME'] === undefined || env['HOME'] === '' ? homedir() : env['HOME'],
    readFile: readRegularFileSync,
    exists: (path) => existsSync(path),
  };
}
