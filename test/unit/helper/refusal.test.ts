import { describe, expect, test } from 'vitest';
import type { ResultCode, ResultEvent } from '../../../src/helper/protocol';
import {
  missingCapabilities,
  noSudo,
  refusalBeforehand,
  refusalFromResult,
  refusalFromSudo,
  type PrivilegeFacts,
} from '../../../src/helper/refusal';

const full = 0x1ff_ffff_ffffn;
const facts: PrivilegeFacts = { uid: 1000, userName: 'alice', noNewPrivs: false, capabilityBound: full };

/** Recorded with sudo 1.9.13p3 on Debian 12, as user nobody in a private mount namespace, LANG=C.UTF-8. */
const recorded = {
  'no-rule': [
    'sudo: a password is required',
    'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required',
    'nobody is not in the sudoers file.',
    "Sorry, user nobody is not allowed to execute '/usr/local/lib/dind-station/dind-helper start' as root on vm.",
    'sudo: sorry, you must have a tty to run sudo',
    'sudo: unable to resolve host box: Name or service not known\nsudo: a password is required',
  ],
  'unknown-user': ['sudo: you do not exist in the passwd database'],
  'no-new-privileges': [
    'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\nsudo: If sudo is running in a container, you may need to adjust the container configuration to disable the flag.',
  ],
  'broken-sudoers': [
    '/etc/sudoers.d/x:1:18: syntax error\nnobody ALL=(root NOPASSWD\n                 ^~~~~~~~\nsudo: a password is required',
    'sudo: /etc/sudoers.d/x is world writable\nsudo: a password is required',
    'sudo: /etc/sudoers is world writable\nsudo: no valid sudoers sources found, quitting\nsudo: error initializing audit plugin sudoers_audit',
    'sudo: /etc/sudoers is owned by uid 1000, should be 0\nsudo: no valid sudoers sources found, quitting\nsudo: error initializing audit plugin sudoers_audit',
    'sudo: unable to open /etc/sudoers: No such file or directory\nsudo: no valid sudoers sources found, quitting',
  ],
  'sudo-unusable': [
    "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set or an NFS file system without root privileges?",
    'sudo: /etc/sudo.conf is owned by uid 65534, should be 0\nsudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set',
    'sudo: unable to change to root gid: Operation not permitted\nsudo: error initializing audit plugin sudoers_audit',
    'sudo: PERM_SUDOERS: setresuid(-1, 1, -1): Operation not permitted\nsudo: no valid sudoers sources found, quitting\nsudo: setresuid() [0, 0, 0] -> [65534, -1, -1]: Operation not permitted',
  ],
} as const;

describe('what sudo says', () => {
  for (const [reason, texts] of Object.entries(recorded)) {
    test.each(texts)(`${reason}: %s`, (text) => {
      expect(refusalFromSudo(`${text}\n`, facts)?.reason).toBe(reason);
    });
  }

  test('sudo 1.8 and others, from their sources', () => {
    expect(refusalFromSudo('sudo: unknown uid 1234: who are you?', facts)?.reason).toBe('unknown-user');
    expect(refusalFromSudo('sudo: no tty present and no askpass program specified', facts)?.reason).toBe('no-rule');
    expect(refusalFromSudo('Sorry, user a may not run sudo on box.', facts)?.reason).toBe('no-rule');
    expect(refusalFromSudo('>>> /etc/sudoers: syntax error near line 3 <<<', facts)?.reason).toBe('broken-sudoers');
  });

  test('is not taken for a refusal when the helper itself failed', () => {
    expect(refusalFromSudo('', facts)).toBeUndefined();
    expect(refusalFromSudo('sudo: unable to resolve host box: Name or service not known\n', facts)).toBeUndefined();
    expect(refusalFromSudo('sudo: unable to send audit message: Operation not permitted\n', facts)).toBeUndefined();
    expect(refusalFromSudo('dind-helper: 12: sleep: not found\n', facts)).toBeUndefined();
    expect(refusalFromSudo('setfacl: /var/run/docker.sock: Operation not permitted\n', facts)).toBeUndefined();
  });

  test('names the user, and offers the set-up where that mends it', () => {
    const rule = refusalFromSudo(recorded['no-rule'][0], facts);
    expect(rule?.message).toContain('alice');
    expect(rule?.setUp).toBe(true);
    expect(rule?.evidence).toBe('sudo: a password is required');
    expect(refusalFromSudo(recorded['unknown-user'][0], facts)?.message).toContain('1000');
    expect(refusalFromSudo(recorded['no-new-privileges'][0], facts)?.setUp).toBe(false);
    expect(refusalFromSudo(recorded['broken-sudoers'][0], facts)?.evidence).toBe('/etc/sudoers.d/x:1:18: syntax error');
  });
});

describe('before sudo is run', () => {
  test('no-new-privileges is certain for a user and of no matter to root', () => {
    expect(refusalBeforehand({ ...facts, noNewPrivs: true })?.reason).toBe('no-new-privileges');
    expect(refusalBeforehand({ ...facts, noNewPrivs: true, uid: 0 })).toBeUndefined();
    expect(refusalBeforehand(facts)).toBeUndefined();
    expect(refusalBeforehand({ ...facts, noNewPrivs: undefined })).toBeUndefined();
  });

  test('a system without sudo is told how to get it', () => {
    expect(noSudo().reason).toBe('no-sudo');
    expect(noSudo().nextStep).toContain('apt-get install sudo');
  });
});

/** CapBnd of a container with Docker's default capabilities, from /proc/self/status of one. */
const dockerDefault = 0xa804_25fbn;

describe('root without capabilities', () => {
  const result = (code: ResultCode, cause: string, ok = false): ResultEvent => ({
    event: 'result',
    ok,
    verb: 'start',
    code,
    message: '',
    cause,
    pid: 0,
    joined: false,
    ms: 1,
  });
  const natChain =
    'failed to start daemon: Error initializing network controller: error obtaining controller instance: failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root) (exit status 4)';

  test('the bounding set says which are missing', () => {
    expect(missingCapabilities(dockerDefault)).toEqual(['CAP_NET_ADMIN', 'CAP_SYS_ADMIN']);
    expect(missingCapabilities(dockerDefault | (1n << 12n))).toEqual(['CAP_SYS_ADMIN']);
    expect(missingCapabilities(full)).toEqual([]);
    expect(missingCapabilities(undefined)).toEqual([]);
  });

  test('a start that failed for want of them is refused, and names them', () => {
    const refusal = refusalFromResult(result('daemon-exited', natChain), { ...facts, capabilityBound: dockerDefault });
    expect(refusal?.reason).toBe('no-capabilities');
    expect(refusal?.message).toContain('CAP_NET_ADMIN and CAP_SYS_ADMIN');
  });

  test('without a known bounding set, iptables still tells', () => {
    const unknown = { ...facts, capabilityBound: undefined };
    expect(refusalFromResult(result('daemon-exited', natChain), unknown)?.reason).toBe('no-capabilities');
    const denied = 'failed to start daemon: open /etc/docker/key.json: permission denied';
    expect(refusalFromResult(result('daemon-exited', denied), unknown)).toBeUndefined();
  });

  test('every other failure stays what it is', () => {
    const small = { ...facts, capabilityBound: dockerDefault };
    expect(refusalFromResult(result('daemon-exited', natChain, true), small)).toBeUndefined();
    expect(refusalFromResult(result('locked', ''), small)).toBeUndefined();
    const json = 'unable to configure the Docker daemon with file /etc/docker/daemon.json: EOF';
    expect(refusalFromResult(result('daemon-exited', json), small)).toBeUndefined();
    expect(refusalFromResult(result('daemon-exited', json), facts)).toBeUndefined();
  });
});
