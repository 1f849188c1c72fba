import { CommanderError } from 'commander';
import { beforeEach, expect, test } from 'vitest';
import { buildProgram } from '../../../src/cli/program';

let calls: unknown[];
let out: string;
let err: string;

beforeEach(() => {
  calls = [];
  out = '';
  err = '';
});

async function run(...args: string[]): Promise<CommanderError | undefined> {
  const program = buildProgram(
    {
      status: (options) => Promise.resolve(void calls.push(['status', options])),
      lifecycle: (verb, options) => Promise.resolve(void calls.push([verb, options])),
      logs: (options) => Promise.resolve(void calls.push(['logs', options])),
      print: (text) => void (out += text),
    },
    { version: '1.2.3', out: (text) => void (out += text), err: (text) => void (err += text) },
  );
  try {
    await program.parseAsync(['node', 'dind-station', ...args]);
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  }
}

test('global options count before and after the command', async () => {
  await run('status');
  await run('--json', 'status');
  await run('status', '--json', '--host', 'tcp://h');
  await run('restart', '--json');
  expect(calls).toEqual([
    ['status', { json: false, host: undefined, rootless: false }],
    ['status', { json: true, host: undefined, rootless: false }],
    ['status', { json: true, host: 'tcp://h', rootless: false }],
    ['restart', { json: true, host: undefined, rootless: false }],
  ]);
});

test('--rootless goes with every command and not with another host', async () => {
  await run('start', '--rootless');
  await run('--rootless', 'logs');
  expect(calls).toEqual([
    ['start', { json: false, host: undefined, rootless: true }],
    ['logs', { follow: false, lines: 200, json: false, rootless: true }],
  ]);
  expect((await run('status', '--rootless', '--host', 'tcp://h'))?.code).toBe('commander.conflictingOption');
});

test('logs takes a number of lines', async () => {
  await run('logs');
  await run('logs', '-f', '-n', '5');
  await run('logs', '--lines', '0', '--json');
  expect(calls).toEqual([
    ['logs', { follow: false, lines: 200, json: false, rootless: false }],
    ['logs', { follow: true, lines: 5, json: false, rootless: false }],
    ['logs', { follow: false, lines: 0, json: true, rootless: false }],
  ]);
});

test.each([
  [['stauts'], /unknown command 'stauts'[\s\S]*status/],
  [['status', '--nope'], /unknown option '--nope'/],
  [['status', 'extra'], /too many arguments/],
  [['logs', '--lines', 'ten'], /whole number/],
  [['logs', '--lines', '-1'], /whole number/],
  [['logs', '--lines', '1.5'], /whole number/],
  [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
  [['completion'], /missing required argument/],
  [['--host'], /argument missing/],
])('%j is a usage error', async (args, words) => {
  const error = await run(...args);
  expect(error?.exitCode).not.toBe(0);
  expect(err).toMatch(words);
  expect(calls).toEqual([]);
});

test('help and version are no errors, and the help tells the exit statuses with examples', async () => {
  expect((await run('--help'))?.exitCode).toBe(0);
  expect(out).toMatch(/Exit status:\n {2}0 {2}fine[\s\S]*3 {2}could not tell/);
  expect(out).toContain('dind-station logs --follow');
  expect((await run('--version'))?.exitCode).toBe(0);
  expect(out).toContain('1.2.3');
  out = '';
  await run('logs', '--help');
  expect(out).toContain('--json');
  expect(out).toContain('Exit status');
});

test('no command at all is a usage error', async () => {
  expect((await run())?.exitCode).toBe(1);
  expect(err).toContain('Usage:');
});

test('completion knows the commands as they are', async () => {
  await run('completion', 'bash');
  for (const word of ['status', 'start', 'stop', 'restart', 'logs', 'completion', '--json', '--host', '--follow']) {
    expect(out).toContain(word);
  }
});
