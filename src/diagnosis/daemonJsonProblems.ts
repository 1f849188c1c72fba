import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import { configOf } from '../host/daemonConfig';
import { daemonFileOf } from '../host/daemonFile';
import { valueOf } from '../host/facts/fact';
import type { Facts } from '../host/facts/facts';
import type { DaemonFile } from '../host/facts/daemon';
import { keyIn, type Draft } from './rule';
import type { Finding } from './finding';
import { rules } from './rules/allRules';

/** A finding about a daemon.json, at the place in its text that it is about. */
export interface DaemonJsonProblem {
  /** The rule's. */
  readonly id: string;
  readonly severity: Finding['severity'];
  /** Sentences. */
  readonly message: string;
  /** In UTF-16 code units, as the editor counts. */
  readonly offset: number;
  readonly length: number;
}

const notAsked = { unreadable: 'this file is not the one the daemon reads' } as const;

/** No machine: what is wrong then is wrong with every engine. */
const nowhere: Facts = {
  ...{ schema: 1, takenAt: '', tookMs: 0 },
  ...{ identity: notAsked, capabilities: notAsked, security: notAsked, userNamespace: notAsked, sudo: notAsked },
  ...{ kernel: notAsked, sysctls: notAsked, time: notAsked, platform: notAsked },
  ...{ cgroup: notAsked, mounts: notAsked, storage: notAsked, network: notAsked },
  ...{ processes: notAsked, pidFiles: notAsked, daemonConfig: notAsked, daemonLog: notAsked },
  ...{
    endpoint: notAsked,
    socket: notAsked,
    engine: notAsked,
    verification: notAsked,
    helper: notAsked,
    root: notAsked,
  },
};

/** The same machine with another text in that file. A file that its daemon does not read is judged without a machine. */
function factsWith(file: DaemonFile, facts: Facts | undefined): Facts {
  const config = facts === undefined ? undefined : valueOf(facts.daemonConfig);
  if (facts === undefined || config?.file.path !== file.path)
    return { ...nowhere, daemonConfig: { value: configOf(file, undefined, {}) } };
  return { ...facts, daemonConfig: { value: configOf(file, config.flags, config.programs) } };
}

/** The name of a key at the top, or in an object at the top where dockerd takes it from as well. */
function keyNode(root: Node | undefined, key: string): Node | undefined {
  if (root === undefined) return undefined;
  const value = findNodeAtLocation(root, [key]) ?? findNodeAtLocation(root, ['proxies', key]);
  return value?.parent?.children?.[0];
}

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}

function messageOf({ title, cause, consequence, remedy }: Draft): string {
  return [`${title}.`, cause, consequence, remedy.summary].filter((sentence) => sentence !== '').join(' ');
}

/**
 * What the rules find in the text of a daemon.json, each at the key it is about. Pure, and cheap enough for every pause
 * in typing: the facts are taken before. What no rule ties to a place in the file is left to the diagnosis.
 *
 * @param facts of this machine; undefined: not known, or of no interest
 */
export function daemonJsonProblems(path: string, text: string, facts: Facts | undefined): readonly DaemonJsonProblem[] {
  const file = daemonFileOf(path, text, { sizeBytes: Buffer.byteLength(text), uid: 0, mode: 0o644 });
  const judged = factsWith(file, facts);
  const root = parseTree(text);
  return rules.flatMap((rule) => {
    const verdict = rule.judge(judged);
    if (verdict === undefined || 'inconclusive' in verdict) return [];
    const { severity } = verdict;
    const problem = { id: rule.id, severity, message: messageOf(verdict) };
    if (rule.id === 'daemon.daemon-json-syntax' && file.state === 'invalid')
      return [{ ...problem, offset: Math.min(offsetOf(text, file.line, file.column), text.length), length: 1 }];
    const keys = new Set(verdict.evidence.flatMap((evidence) => keyIn(path, evidence) ?? []));
    return [...keys].flatMap((key) => {
      const node = keyNode(root, key);
      return node === undefined ? [] : [{ ...problem, offset: node.offset, length: node.length }];
    });
  });
}
