import { expect, test } from 'vitest';
import { cleanEnvironment, elevationFor } from '../../../src/helper/elevation';

test('root calls the helper itself, others through sudo, and only a terminal may be asked', () => {
  expect(elevationFor(0, true)).toEqual({ prefix: [], asks: false });
  expect(elevationFor(1000, false)).toEqual({ prefix: ['/usr/bin/sudo', '-n'], asks: false });
  const asking = elevationFor(1000, true);
  expect(asking.prefix).toEqual(['/usr/bin/sudo']);
  expect(asking.asks).toBe(true);
});

test('nothing of an extension host reaches the helper', () => {
  const environment = cleanEnvironment({
    HOME: '/home/alice',
    TERM: 'xterm',
    LANG: 'de_DE.UTF-8',
    PATH: '/home/alice/bin',
    ELECTRON_RUN_AS_NODE: '1',
    NODE_OPTIONS: '--require /tmp/evil.js',
    VSCODE_IPC_HOOK_CLI: '/run/x.sock',
    LD_PRELOAD: '/tmp/evil.so',
    DOCKER_HOST: 'tcp://elsewhere',
  });
  expect(Object.keys(environment).sort()).toEqual(['HOME', 'LANG', 'PATH', 'TERM']);
  expect(environment['PATH']).toBe('/usr/sbin:/usr/bin:/sbin:/bin');
  expect(environment['LANG']).toBe('C.UTF-8');
  expect(cleanEnvironment({})).not.toHaveProperty('HOME');
});
