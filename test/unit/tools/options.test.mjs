import { describe, expect, test } from 'vitest';
import { parseOptions, usage } from '../../../tools/start/options.mjs';

describe('options of npm start', () => {
  test('defaults', () => {
    expect(parseOptions([])).toEqual({
      port: 8080,
      user: undefined,
      folder: undefined,
      auth: 'none',
      fresh: false,
      keepDaemon: false,
      check: false,
      report: undefined,
    });
  });

  test('each option', () => {
    const args = ['--port=0', '--user', 'ann', '--folder', 'shop', '--auth', 'password', '--fresh', '--keep-daemon'];
    expect(parseOptions(args)).toEqual({
      port: 0,
      user: 'ann',
      folder: 'shop',
      auth: 'password',
      fresh: true,
      keepDaemon: true,
      check: false,
      report: undefined,
    });
  });

  test('--check takes any free port unless one is named, and may write a report', () => {
    expect(parseOptions(['--check'])).toMatchObject({ check: true, port: 0, report: undefined });
    expect(parseOptions(['--check', '--port', '8123', '--report', 'out.xml'])).toMatchObject({
      check: true,
      port: 8123,
      report: 'out.xml',
    });
  });

  test.each([['--help'], ['-h']])('%s', (flag) => expect(parseOptions([flag])).toBe('help'));

  test.each([
    [['--port', '65536'], '"65536"; expected a number from 0 to 65535'],
    [['--port', '80x'], '"80x"'],
    [['--port='], '""'],
    [['--auth', 'ldap'], '"ldap"; expected none or password'],
    [['--user='], '--user is empty'],
    [['--folder='], '--folder is empty'],
    [['--check', '--report='], '--report is empty'],
    [['--report', 'out.xml'], 'add --check'],
    [['--check', '--keep-daemon'], 'leave out --keep-daemon'],
    [['--bogus'], "'--bogus'; see npm start -- --help"],
    [['--fresh=1'], "'--fresh'"],
    [['9000'], '"9000" is not understood'],
  ])('%j is refused in one sentence with exit status 2', (args, words) => {
    expect(() => parseOptions(args)).toThrow(
      expect.objectContaining({ name: 'Refusal', exitCode: 2, message: expect.stringContaining(words) }),
    );
    expect(() => parseOptions(args)).not.toThrow(/\n/);
  });

  test('the help names every option', () => {
    const options = [
      '--port',
      '--user',
      '--folder',
      '--auth',
      '--fresh',
      '--keep-daemon',
      '--check',
      '--report',
      '--help',
    ];
    for (const option of options) {
      expect(usage).toContain(`\n  ${option} `);
    }
  });
});
