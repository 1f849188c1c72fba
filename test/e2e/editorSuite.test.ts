import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepare, user } from './station';

beforeAll(() => {
  prepare();
});

describe('the suite in the extension host', () => {
  it('passes beside a real daemon and a real helper', () => {
    const runner = join(__dirname, '../editor/runInCodeServer.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [runner, '--user', user], { encoding: 'utf8' });
    console.log(stdout);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('restart goes through the helper');
    expect(stdout).not.toContain('no helper and no daemon here');
  }, 240_000);
});
