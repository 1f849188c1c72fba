import { sudoProgram } from './paths';
import type { ResultEvent } from './protocol';

/** Why the helper could not act as root. Stable: the editor and the command line branch on these. */
export const refusalReasons = [
  'no-sudo',
  'no-rule',
  'untrusted-helper',
  'unknown-user',
  'no-new-privileges',
  'no-capabilities',
  'broken-sudoers',
  'sudo-unusable',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export interface Refusal {
  readonly reason: RefusalReason;
  /** One sentence: what was refused and why. */
  readonly message: string;
  /** One sentence: what to do about it. */
  readonly nextStep: string;
  /** True when installing the helper anew (which writes sudo's rule) is that next step. */
  readonly setUp: boolean;
  /** The line or fact the judgement rests on; empty when it is the absence of a file. */
  readonly evidence: string;
}

/** What is known about this process before anything is asked of sudo. */
export interface PrivilegeFacts {
  readonly uid: number;
  /** Login name, or the uid as text when it has none. */
  readonly userName: string;
  /** `NoNewPrivs` of /proc/self/status: children inherit it, so sudo cannot work; undefined before Linux 4.10. */
  readonly noNewPrivs: boolean | undefined;
  /** `CapBnd` of /proc/self/status: no child, not even root's, gets more than this. */
  readonly capabilityBound: bigint | undefined;
}

/** Capabilities dockerd cannot do without (mounts; bridges and firewall rules), by bit number of linux/capability.h. */
const needed = [
  { bit: 12n, name: 'CAP_NET_ADMIN' },
  { bit: 21n, name: 'CAP_SYS_ADMIN' },
] as const;

/** Names of the capabilities dockerd needs that are not in a bounding set; none when the set is not known. */
export function missingCapabilities(capabilityBound: bigint | undefined): string[] {
  if (capabilityBound === undefined) return [];
  return needed.filter(({ bit }) => ((capabilityBound >> bit) & 1n) === 0n).map(({ name }) => name);
}

function noNewPrivileges(evidence: string): Refusal {
  return {
    reason: 'no-new-privileges',
    message: 'This process runs with the "no new privileges" flag, and with it sudo cannot become root.',
    nextStep:
      'Restart the container without --security-opt no-new-privileges (Kubernetes: allowPrivilegeEscalation: true), or let its entrypoint start Docker as root.',
    setUp: false,
    evidence,
  };
}

/** The refusal for a system without sudo. */
export function noSudo(): Refusal {
  return {
    reason: 'no-sudo',
    message: `sudo not found at ${sudoProgram}, so the privileged helper can't be run as root.`,
    nextStep:
      'Install sudo as root (Debian, Ubuntu: apt-get install sudo; Alpine: apk add sudo), or have root run the set-up command, for example on the host with docker exec -u 0.',
    setUp: false,
    evidence: '',
  };
}

/** The refusal for an installed helper that is not root's alone: whoever may change it would be root by running it. */
export function untrustedHelper(why: string): Refusal {
  return {
    reason: 'untrusted-helper',
    message: `The installed helper is not run: ${why}.`,
    nextStep: 'Set up the helper again; it says what must be changed first.',
    setUp: true,
    evidence: why,
  };
}

/** A refusal that is certain before sudo is run, or undefined. Root needs no sudo, so nothing refuses it here. */
export function refusalBeforehand(facts: PrivilegeFacts): Refusal | undefined {
  if (facts.uid === 0 || facts.noNewPrivs !== true) return undefined;
  return noNewPrivileges('NoNewPrivs: 1 in /proc/self/status');
}

interface Signature {
  readonly pattern: RegExp;
  readonly refusal: (evidence: string, facts: PrivilegeFacts) => Refusal;
}

function brokenSudoers(evidence: string): Refusal {
  return {
    reason: 'broken-sudoers',
    message: `sudo rejects its own configuration: ${evidence}`,
    nextStep: 'As root, find the fault with "visudo -c", mend or remove that file, and set up the helper again.',
    setUp: true,
    evidence,
  };
}

function noRule(evidence: string, facts: PrivilegeFacts): Refusal {
  return {
    reason: 'no-rule',
    message: `sudo has no rule that lets ${facts.userName} run the Docker helper without a password.`,
    nextStep: 'Set up the helper; it installs a rule for exactly its own verbs.',
    setUp: true,
    evidence,
  };
}

function unknownUser(evidence: string, facts: PrivilegeFacts): Refusal {
  return {
    reason: 'unknown-user',
    message: `User id ${String(facts.uid)} has no entry in /etc/passwd, and sudo serves only users it can look up.`,
    nextStep: `Start the container as a user of its image, or add a line for ${String(facts.uid)} to /etc/passwd as root.`,
    setUp: false,
    evidence,
  };
}

function withoutCapabilities(evidence: string, missing: readonly string[]): Refusal {
  const lacks = missing.length > 0 ? missing.join(' and ') : 'the capabilities Docker needs';
  return {
    reason: 'no-capabilities',
    message: `Root in this container is without ${lacks}, so dockerd cannot work here.`,
    nextStep:
      'Start the container with --privileged (or with a runtime made for nested Docker, such as Sysbox), then start Docker again.',
    setUp: false,
    evidence,
  };
}

function unusable(evidence: string): Refusal {
  return {
    reason: 'sudo-unusable',
    message: `sudo cannot become root in this container: ${evidence}`,
    nextStep:
      'Check that /usr/bin/sudo is owned by root, has the setuid bit and is not on a file system mounted nosuid, or run the command as root.',
    setUp: false,
    evidence,
  };
}

/**
 * sudo's own words, read on sudo 1.9.13 (Debian 12) unless marked. The order matters: a broken drop-in is reported and
 * then ends in "a password is required" as well, and the first line is the cause.
 */
const signatures: readonly Signature[] = [
  { pattern: /"no new privileges" flag is set/, refusal: (line) => noNewPrivileges(line) },
  {
    pattern: /^sudo: (?:effective uid is not 0|\S+ must be owned by uid 0 and have the setuid bit set)/,
    refusal: (line) => unusable(line),
  },
  {
    // The bounding set of a container without CAP_SETUID or CAP_SETGID.
    pattern: /^sudo: (?:unable to change to root gid|PERM_\w+: setresuid\(|setresuid\(\) )/,
    refusal: (line) => unusable(line),
  },
  {
    pattern:
      /syntax error|\/sudoers\S* is (?:world|group) writable|\/sudoers\S* is owned by (?:uid|gid) \d+, should be/,
    refusal: (line) => brokenSudoers(line),
  },
  {
    pattern: /no valid sudoers sources found|parse error in \/\S*sudoers|unable to (?:open|stat|read) \/\S*sudoers/,
    refusal: (line) => brokenSudoers(line),
  },
  {
    // 1.9.12 and later say "you do not exist in the passwd database", older ones "unknown uid 1234: who are you?".
    pattern: /you do not exist in the passwd database|^sudo: unknown (?:uid|user)\b/,
    refusal: unknownUser,
  },
  {
    pattern:
      /a password is required|is not allowed to (?:execute|run)|is not in the sudoers file|may not run sudo|a terminal is required|must have a tty|no tty present|not allowed to set the following environment|incorrect password attempt|no password was provided/,
    refusal: noRule,
  },
];

/**
 * What sudo's stderr says about a run that gave no result.
 *
 * @returns undefined when sudo did not refuse: the command ran and failed for reasons of its own
 */
export function refusalFromSudo(stderr: string, facts: PrivilegeFacts): Refusal | undefined {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^sudo: unable to (?:resolve host|send audit message)/.test(line));
  for (const { pattern, refusal } of signatures) {
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line !== undefined) return refusal(line, facts);
  }
  return undefined;
}

/**
 * Whether a helper that did run failed because its root is not a full one. Only a failed start counts: a container with
 * fewer capabilities may still stop a daemon, and some run one.
 */
export function refusalFromResult(result: ResultEvent, facts: PrivilegeFacts): Refusal | undefined {
  if (result.ok || !['daemon-exited', 'not-ready', 'init-failed'].includes(result.code)) return undefined;
  const missing = missingCapabilities(facts.capabilityBound);
  // An engine that may not mount says of its storage driver only that it is not supported.
  const saysSo = /you must be root|operation not permitted|permission denied|driver not supported/i.test(result.cause);
  if (missing.length === 0) {
    // "(you must be root)" is iptables' answer to a root without CAP_NET_ADMIN; nothing else says it.
    return /\(you must be root\)/.test(result.cause) ? withoutCapabilities(result.cause, []) : undefined;
  }
  return saysSo || result.cause === '' ? withoutCapabilities(result.cause || 'CapBnd', missing) : undefined;
}
