import { describe, expect, test } from 'vitest';
import { judgeAccess, type AccessFacts } from '../../../src/diagnosis/access';

const path = '/var/run/docker.sock';
const groups = [
  { name: 'root', gid: 0, members: [] },
  { name: 'docker', gid: 998, members: ['alice', 'bob'] },
];

function judge(more: {
  readonly mode?: number;
  readonly gid?: number;
  readonly own?: readonly number[];
  readonly userName?: string;
  readonly kind?: 'code-server' | 'terminal';
  readonly helperKnowsUser?: boolean;
  readonly hidden?: true;
}): ReturnType<typeof judgeAccess> {
  const facts: AccessFacts = {
    socket:
      more.hidden === true ? { path, hidden: true } : { path, mode: more.mode ?? 0o660, uid: 0, gid: more.gid ?? 998 },
    process: {
      uid: 1000,
      userName: more.userName ?? 'alice',
      groups: more.own ?? [1000],
      kind: more.kind ?? 'code-server',
    },
    groups,
    helperKnowsUser: more.helperKnowsUser ?? false,
  };
  return judgeAccess(facts);
}

describe('why the socket refuses this process', () => {
  test('in the group by the file, but not in the process: code-server itself must be restarted', () => {
    const { code, explanation, nextSteps } = judge({});
    expect(code).toBe('group-not-effective');
    expect(explanation).toContain('alice is in group docker by /etc/group, but this process is not');
    expect(explanation).toContain('Restart code-server itself');
    expect(explanation).toContain('reloading the window does not change them');
    expect(nextSteps).toEqual([expect.objectContaining({ action: 'set-up-helper' })]);
  });

  test('the same in a terminal: a new login, or the group in this shell', () => {
    const { explanation, nextSteps } = judge({ kind: 'terminal', helperKnowsUser: true });
    expect(explanation).toContain('Open a new login');
    expect(explanation).not.toContain('code-server');
    expect(nextSteps).toEqual([
      expect.objectContaining({ action: 'restart' }),
      expect.objectContaining({ command: 'newgrp docker' }),
    ]);
  });

  test('not in the group at all', () => {
    const { code, explanation } = judge({ userName: 'mallory' });
    expect(code).toBe('not-in-group');
    expect(explanation).toContain('mallory is not in that group');
  });

  test('what gives access depends on whether the helper knows the user', () => {
    expect(judge({ userName: 'm', helperKnowsUser: false }).nextSteps).toEqual([
      expect.objectContaining({ action: 'set-up-helper' }),
    ]);
    expect(judge({ userName: 'm', helperKnowsUser: true }).nextSteps).toEqual([
      expect.objectContaining({ action: 'restart' }),
    ]);
  });

  test('root:root, because there was no group docker', () => {
    expect(judge({ gid: 0 }).code).toBe('root-only');
    expect(judge({ gid: 0 }).explanation).toContain('there was no group docker');
  });

  test('a group id without a name, as with a socket from outside', () => {
    expect(judge({ gid: 4711 })).toMatchObject({
      code: 'group-without-name',
      explanation: expect.stringContaining('4711'),
    });
  });

  test('the group has no rights, member or not', () => {
    expect(judge({ mode: 0o600, own: [998] })).toMatchObject({
      code: 'group-without-rights',
      explanation: expect.stringContaining('mode 0600'),
    });
    expect(judge({ mode: 0o640 }).code).toBe('group-without-rights');
  });

  test('everything allows it, and yet', () => {
    expect(judge({ own: [1000, 998] }).code).toBe('refused-nevertheless');
  });

  test('a closed folder above hides even the rights', () => {
    expect(judge({ hidden: true })).toMatchObject({
      code: 'folder-closed',
      nextSteps: [expect.objectContaining({ command: `namei -l ${path}` })],
    });
  });

  test('root in the group list of the process is no accident: gid 0 counts as any other', () => {
    expect(judge({ gid: 0, own: [0] }).code).toBe('refused-nevertheless');
  });
});
