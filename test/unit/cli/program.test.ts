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
      verify: (options) => Promise.resolve(void calls.push(['verify', options])),
      lifecycle: (verb, options) => Promise.resolve(void calls.push([verb, options])),
      logs: (options) => Promise.resolve(void calls.push(['logs', options])),
      limits: (options) => Promise.resolve(void calls.push(['limits', options])),
      doctor: (options) => Promise.resolve(void calls.push(['doctor', options])),
      fix: (id, options) => Promise.resolve(void calls.push(['fix', { id, ...options }])),
      resetData: (options) => Promise.resolve(void calls.push(['reset-data', options])),
      report: (options) => Promise.resolve(void calls.push(['report', options])),
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
    ['status', { json: false, host: undefined, rootless: false, quick: false }],
    ['status', { json: true, host: undefined, rootless: false, quick: false }],
    ['status', { json: true, host: 'tcp://h', rootless: false, quick: false }],
    ['restart', { json: true, host: undefined, rootless: false, verify: true }],
  ]);
});

test('--rootless goes with every command and not with another host', async () => {
  await run('start', '--rootless');
  await run('--rootless', 'logs');
  expect(calls).toEqual([
    ['start', { json: false, host: undefined, rootless: true, verify: true }],
    ['logs', { follow: false, lines: 200, json: false, rootless: true }],
  ]);
  expect((await run('status', '--rootless', '--host', 'tcp://h'))?.code).toBe('commander.conflictingOption');
});

test('--no-verify is for what runs a container by itself', async () => {
  await run('start', '--no-verify');
  await run('doctor', '--no-verify', '--json');
  await run('verify', '--host', 'tcp://h');
  await run('status', '-q');
  expect(calls).toMatchObject([
    ['start', { verify: false }],
    ['doctor', { verify: false, format: 'json' }],
    ['verify', { host: 'tcp://h' }],
    ['status', { quick: true }],
  ]);
  expect((await run('stop', '--no-verify'))?.code).toBe('commander.unknownOption');
});

test('reset-data counts how often yes was said', async () => {
  await run('reset-data');
  await run('reset-data', '--yes');
  await run('reset-data', '-yy', '--json');
  await run('reset-data', '--yes', '--undo', '--yes');
  const options = { json: false, host: undefined, rootless: false, undo: false };
  expect(calls).toEqual([
    ['reset-data', { ...options, yes: 0 }],
    ['reset-data', { ...options, yes: 1 }],
    ['reset-data', { ...options, json: true, yes: 2 }],
    ['reset-data', { ...options, undo: true, yes: 2 }],
  ]);
});

test('limits takes proofs, a format, an image or a container', async () => {
  await run('limits');
  await run('limits', '--only', 'cpu,memory.limit', '--json', '--image', 'alpine');
  await run('limits', '--format', 'junit', '--host', 'tcp://h', '--container', 'web');
  expect(calls).toEqual([
    ['limits', { only: [], format: 'text', host: undefined, rootless: false }],
    ['limits', { only: ['cpu', 'memory.limit'], format: 'json', image: 'alpine', host: undefined, rootless: false }],
    ['limits', { only: [], format: 'junit', container: 'web', host: 'tcp://h', rootless: false }],
  ]);
  expect((await run('limits', '--format', 'xml'))?.exitCode).toBe(1);
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
  expect(out).toMatch(/Exit status:\n {2}0 {2}Docker is usable[\s\S]*3 {2}unknown/);
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

test('doctor, fix and report', async () => {
  await run('--json', 'doctor', '--facts', 'x.json');
  await run('doctor', '--format', 'sarif', '--watch');
  await run('fix', 'socket.socket-dead', '--yes');
  await run('report', '--output', 'r.md');
  expect(calls).toEqual([
    ['doctor', { format: 'json', facts: 'x.json', watch: false, verify: true }],
    ['doctor', { format: 'sarif', watch: true, verify: true }],
    ['fix', { id: 'socket.socket-dead', yes: true }],
    ['report', { output: 'r.md', yes: false }],
  ]);
  expect((await run('doctor', '--format', 'html'))?.exitCode).toBe(1);
});
