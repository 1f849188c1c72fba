import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setUpTerminal } from '../../../src/app/commandTerminal';
import { setUpArgv, setUpLine } from '../../../src/helper/setUpCommand';
import { shellLine, shellQuote } from '../../../src/util/shellQuote';

describe('shellQuote', () => {
  test('leaves plain words alone', () => {
    expect(shellQuote('/usr/bin/sudo')).toBe('/usr/bin/sudo');
    expect(shellQuote('')).toBe("''");
  });

  test('survives a real shell, whatever is in it', () => {
    const words = fc.array(fc.string({ minLength: 1 }).map((text) => text.replaceAll('\0', '')));
    fc.assert(
      fc.property(words, (argv) => {
        const said = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${shellLine(['x', ...argv])}`], {
          encoding: 'utf8',
        });
        expect(said.split('\0').slice(0, -1)).toEqual(['x', ...argv]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('setUpArgv', () => {
  const facts = { helperPath: '/ext/scripts/dind-helper', user: 'coder' };

  test('asks sudo, and needs none as root', () => {
    expect(setUpArgv({ ...facts, root: false })).toEqual([
      '/usr/bin/sudo',
      '/bin/sh',
      '/ext/scripts/dind-helper',
      '--plain',
      'install',
      'coder',
    ]);
    expect(setUpArgv({ ...facts, root: true })[0]).toBe('/bin/sh');
  });

  test('can be pasted from a folder with blanks and quotes', () => {
    expect(setUpLine({ helperPath: "/my ext's/dind-helper", user: 'coder', root: true })).toBe(
      `/bin/sh '/my ext'\\''s/dind-helper' --plain install coder`,
    );
  });
});

describe('setUpTerminal', () => {
  function inTerminal(name: string, body: string): { out: string; status: number } {
    const folder = mkdtempSync(join(tmpdir(), 'set up '));
    try {
      const helperPath = join(folder, name);
      writeFileSync(helperPath, body);
      chmodSync(helperPath, 0o644);
      const { shellPath, shellArgs, env } = setUpTerminal({ helperPath, user: 'some user', root: true }, undefined);
      try {
        return { out: execFileSync(shellPath, shellArgs, { env, input: '\n', encoding: 'utf8' }), status: 0 };
      } catch (error) {
        const { stdout, status } = error as { stdout: string; status: number };
        return { out: stdout, status };
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test('runs a helper whose path has blanks, quotes and a command in it', () => {
    const { out, status } = inTerminal(`it's "$(touch x)" ; #`, `printf '<%s>' "$@"`);
    expect(out).toContain('<--plain><install><some user>');
    expect(out).toContain('The helper is set up.');
    expect(status).toBe(0);
  });

  test('says that it failed, and with what', () => {
    const { out, status } = inTerminal('helper', 'exit 69');
    expect(out).toContain('The helper is not set up (exit status 69).');
    expect(status).toBe(69);
  });

  test("gives the command none of the editor's environment", () => {
    process.env['DIND_STATION_SECRET'] = 'seen';
    try {
      const { out } = inTerminal('helper', 'env');
      expect(out).toContain('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
      expect(out).not.toContain('seen');
    } finally {
      delete process.env['DIND_STATION_SECRET'];
    }
  });
});
