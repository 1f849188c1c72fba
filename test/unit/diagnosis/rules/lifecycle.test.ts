import { expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import { down, healthyFacts } from '../healthy';

test("an OOM kill of another process is no evidence of the daemon's death", () => {
  const lines = [
    'oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/docker/1,task=dd,pid=71,uid=0',
    'Memory cgroup out of memory: Killed process 71 (dd) total-vm:65536kB',
    'Out of memory: Killed process 70 (dockerd) total-vm:1900000kB',
  ];
  const facts = healthyFacts((f) => {
    down(f);
    f.root.value.kernelLog = lines;
    f.pidFiles.value = [{ role: 'dockerd', path: '/p', state: 'read', content: '70', pid: 70 }];
  });
  const finding = diagnose(facts).findings.find(({ id }) => id === 'daemon.dockerd-killed-leftovers');
  const told = finding?.evidence.filter(({ source }) => source === 'kernel log').map(({ value }) => value);
  expect(told).toEqual([lines[2]]);
});
