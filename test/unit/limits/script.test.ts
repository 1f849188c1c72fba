import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { workload } from '../../../src/limits/script';

test('a workload ends with its last line, or stays after it', async () => {
  const [shell = '', ...argv] = workload('echo begun');
  const short = spawn(shell, argv);
  expect(await once(short, 'exit')).toEqual([0, null]);

  const [, ...staying] = workload('echo begun', 20);
  const long = spawn(shell, staying);
  let said = '';
  for await (const chunk of long.stdout) {
    said += String(chunk);
    if (said.endsWith('end\n')) break;
  }
  expect(said).toBe('begun\nend\n');
  expect(long.exitCode).toBeNull();
  long.kill('SIGKILL');
});
