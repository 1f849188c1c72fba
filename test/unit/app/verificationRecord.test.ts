import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepVerification, readVerification, verificationPath } from '../../../src/app/verificationRecord';

const file = (): string => join(mkdtempSync(join(tmpdir(), 'verified-')), 'state', 'verified.json');
const broken = { verdict: 'no', step: 'start', message: 'exec: "runc": not found' } as const;

describe('what is remembered of a daemon', () => {
  test('is read by its identity, by anybody who reads the file', async () => {
    const path = file();
    expect(await readVerification(path, 'one')).toBeUndefined();
    await keepVerification(path, 'one', { ...broken, at: 5 });
    await keepVerification(path, 'two', { verdict: 'yes', at: 6 });
    expect(await readVerification(path, 'one')).toEqual({ ...broken, at: 5 });
    await keepVerification(path, 'one', { verdict: 'yes', at: 7 });
    expect(await readVerification(path, 'one')).toEqual({ verdict: 'yes', at: 7 });
    expect(await readVerification(path, 'another start')).toBeUndefined();
  });

  test('starts that were looked at longest ago are forgotten', async () => {
    const path = file();
    for (let at = 0; at < 20; at += 1) await keepVerification(path, `start ${String(at)}`, { verdict: 'yes', at });
    expect(await readVerification(path, 'start 3')).toBeUndefined();
    expect(await readVerification(path, 'start 4')).toBeDefined();
    expect(Object.keys((JSON.parse(readFileSync(path, 'utf8')) as { daemons: object }).daemons)).toHaveLength(16);
    expect(readdirSync(join(path, '..'))).toEqual(['verified.json']);
  });

  test('a damaged file is none, and is written anew', async () => {
    const path = file();
    await keepVerification(path, 'one', { ...broken, at: 5 });
    for (const text of [
      '{',
      '',
      '{"schema":2}',
      '{"schema":1,"daemons":{"one":{"at":1,"verification":{"verdict":"maybe"}}}}',
    ]) {
      writeFileSync(path, text);
      expect(await readVerification(path, 'one')).toBeUndefined();
    }
    await keepVerification(path, 'one', { ...broken, at: 8 });
    expect((await readVerification(path, 'one'))?.at).toBe(8);
  });

  test('the folder is that of the base directories; a relative one counts for nothing', () => {
    expect(verificationPath({ XDG_STATE_HOME: '/s' })).toBe('/s/dind-station/verified.json');
    expect(verificationPath({ XDG_STATE_HOME: 's', HOME: '/h' })).toBe('/h/.local/state/dind-station/verified.json');
  });
});
