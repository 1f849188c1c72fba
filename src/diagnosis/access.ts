import { steps, type NextStep } from './nextStep';

/** What decides whether a process may use the socket: the socket's rights, the process's own, and the group file. */
export interface AccessFacts {
  /** By `lstat` of the socket; undefined when even that was refused (a folder above it is closed). */
  readonly socket:
    | { readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number }
    | { readonly path: string; readonly hidden: true };
  readonly process: {
    readonly uid: number;
    readonly userName: string;
    /** The groups the process has, primary one included: fixed when it was started, whatever the group file says now. */
    readonly groups: readonly number[];
    /** What a person would restart to give the process other groups. */
    readonly kind: 'code-server' | 'terminal';
  };
  /** `/etc/group`. */
  readonly groups: readonly { readonly name: string; readonly gid: number; readonly members: readonly string[] }[];
  /** True when the user is in the helper's list, so that a start or restart gives the socket an ACL entry. */
  readonly helperKnowsUser?: boolean;
}

export interface AccessJudgement {
  readonly code:
    | 'group-not-effective'
    | 'not-in-group'
    | 'root-only'
    | 'group-without-name'
    | 'group-without-rights'
    | 'folder-closed'
    | 'refused-nevertheless';
  readonly explanation: string;
  readonly nextSteps: readonly NextStep[];
}

const groupMayUse = 0o060;

/** How access is given: a restart writes an ACL entry for the users the helper knows; setting it up makes it know one. */
function remedy(facts: AccessFacts): { readonly sentence: string; readonly step: NextStep } {
  return facts.helperKnowsUser === true
    ? { sentence: 'Restart Docker; the helper then gives this user access at once.', step: steps.restart }
    : { sentence: 'Set up the helper; it gives this user access at once.', step: steps.setUpHelper };
}

/** Why the socket refuses this process, and what to do. Called for a socket whose `connect` said EACCES. */
export function judgeAccess(facts: AccessFacts): AccessJudgement {
  const { socket, process } = facts;
  const { userName } = process;
  const { sentence, step } = remedy(facts);

  if ('hidden' in socket) {
    return {
      code: 'folder-closed',
      explanation: `${userName} may not enter a folder above ${socket.path}. As root, give that folder the right to be entered (chmod o+x).`,
      nextSteps: [{ label: 'Show the rights on the way', command: `namei -l ${socket.path}` }],
    };
  }

  const { path, gid } = socket;
  const mode = (socket.mode & 0o777).toString(8).padStart(4, '0');
  const group = facts.groups.find((entry) => entry.gid === gid);
  const groupWords = group === undefined ? `group ${String(gid)}` : `group ${group.name}`;

  if ((socket.mode & groupMayUse) !== groupMayUse) {
    return {
      code: 'group-without-rights',
      explanation: `${path} has mode ${mode}, which gives its ${groupWords} no access. ${sentence}`,
      nextSteps: [step],
    };
  }
  if (process.groups.includes(gid)) {
    return {
      code: 'refused-nevertheless',
      explanation: `This process is in ${groupWords} and ${path} has mode ${mode}, yet the connection was refused: a security module (AppArmor, SELinux) or an ACL forbids it.`,
      nextSteps: [{ label: 'Show the ACL', command: `getfacl ${path}` }],
    };
  }
  if (gid === 0) {
    return {
      code: 'root-only',
      explanation: `${path} belongs to root and its group is root: there was no group docker when Docker was started. ${sentence}`,
      nextSteps: [step],
    };
  }
  if (group === undefined) {
    return {
      code: 'group-without-name',
      explanation: `${path} belongs to group ${String(gid)}, which has no name in this container, and ${userName} is not in it. ${sentence}`,
      nextSteps: [step],
    };
  }
  if (group.members.includes(userName)) {
    const what =
      process.kind === 'code-server'
        ? 'code-server was started before that and keeps its old groups; reloading the window does not change them. Restart code-server itself'
        : 'This terminal was opened before that and keeps its old groups. Open a new login';
    const login: NextStep = { label: 'Use the group in this terminal', command: `newgrp ${group.name}` };
    return {
      code: 'group-not-effective',
      explanation: `${userName} is in group ${group.name} by /etc/group, but this process is not: ${what.charAt(0).toLowerCase()}${what.slice(1)}. Quicker: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`,
      nextSteps: process.kind === 'terminal' ? [step, login] : [step],
    };
  }
  return {
    code: 'not-in-group',
    explanation: `${path} is for root and ${groupWords}, and ${userName} is not in that group. ${sentence}`,
    nextSteps: [step],
  };
}
