import { describe, expect, test } from 'vitest';
import { asAccount, chooseUser, findAccount, parseAccount } from '../../../tools/start/account.mjs';
import { stationEnvironment } from '../../../tools/start/environment.mjs';

const ann = { name: 'ann', uid: 1234, gid: 1300, home: '/home/ann', shell: '/bin/bash' };

describe('whose station it is', () => {
  test.each([
    ['who is named, whoever asks', { asked: 'ann', uid: 0, sudoUser: 'bob' }, { name: 'ann' }],
    ['who runs it', { asked: undefined, uid: 1000, sudoUser: 'bob' }, { uid: 1000 }],
    ['for root, who called sudo', { asked: undefined, uid: 0, sudoUser: 'bob' }, { name: 'bob' }],
    ['for plain root, coder', { asked: undefined, uid: 0, sudoUser: undefined }, { name: 'coder', create: true }],
    [
      'for root who called sudo, coder',
      { asked: undefined, uid: 0, sudoUser: 'root' },
      { name: 'coder', create: true },
    ],
  ])('%s', (_, given, chosen) => expect(chooseUser(given)).toEqual(chosen));
});

describe('the password database', () => {
  test('a line', () => expect(parseAccount('ann:x:1234:1300:Ann,,,:/home/ann:/bin/bash\n')).toEqual(ann));
  test('no shell means sh', () => expect(parseAccount('ann:x:1:1::/home/ann:')?.shell).toBe('/bin/sh'));
  test.each(['', 'ann', 'ann:x:12a:1::/home/ann:/bin/sh', 'ann:x:::'])('%j is none', (line) => {
    expect(parseAccount(line)).toBeUndefined();
  });
  test('by name and by number', async () => {
    expect(await findAccount('root')).toMatchObject({ uid: 0 });
    expect(await findAccount(0)).toMatchObject({ name: 'root' });
  });
  test('a name made of digits is not taken for a number', async () => expect(await findAccount('0')).toBeUndefined());
  test('nobody', async () => expect(await findAccount('no-such-user-here')).toBeUndefined());
});

describe('running as somebody', () => {
  const elevate = (/** @type {readonly string[]} */ argv) => ['sudo', ...argv];

  test('groups come from the group file, the environment is only what is given', () => {
    expect(asAccount(ann, elevate, { HOME: '/home/ann', TZ: undefined })(['id', '-u']).join(' ')).toBe(
      'sudo setpriv --reuid=1234 --regid=1300 --init-groups -- env -i HOME=/home/ann id -u',
    );
  });

  test('as oneself nothing is elevated', () => {
    const self = { ...ann, uid: process.geteuid?.() ?? 0 };
    expect(asAccount(self, elevate, { A: 'b' })(['id'])).toEqual(['env', '-i', 'A=b', 'id']);
  });

  test('without root it is refused', () => {
    expect(() => asAccount({ ...ann, uid: 999_999 }, undefined, {})(['id'])).toThrow(/needs root/);
  });
});

test('the environment of code-server has nothing of the caller but language, time zone and proxies', () => {
  const caller = {
    PATH: '/opt/evil',
    HOME: '/root',
    CODE_SERVER_PARENT_PID: '1',
    VSCODE_IPC_HOOK_CLI: '/x',
    DOCKER_HOST: 'tcp://x',
    NODE_OPTIONS: '--inspect',
    npm_lifecycle_event: 'start',
    LANG: 'de_DE.UTF-8',
    LC_TIME: 'C',
    TZ: 'Europe/Berlin',
    https_proxy: 'http://proxy',
    NO_PROXY: 'localhost',
  };
  expect(stationEnvironment(ann, caller, '/run/user/1234')).toEqual({
    HOME: '/home/ann',
    USER: 'ann',
    LOGNAME: 'ann',
    SHELL: '/bin/bash',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    XDG_RUNTIME_DIR: '/run/user/1234',
    LANG: 'de_DE.UTF-8',
    LC_TIME: 'C',
    TZ: 'Europe/Berlin',
    https_proxy: 'http://proxy',
    NO_PROXY: 'localhost',
  });
});
