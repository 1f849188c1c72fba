import * as v from 'valibot';
import type { FactsOf } from './schema';

/** A pid file as it lies there, with what its number means now. Whether it is stale is for a rule. */
export const pidFileFactsSchema = v.object({
  role: v.picklist(['dockerd', 'managed containerd']),
  path: v.string(),
  state: v.picklist(['absent', 'read', 'unreadable']),
  /** The first 64 characters; absent unless `read`. */
  content: v.exactOptional(v.string()),
  /** Its number, when the content is one. */
  pid: v.exactOptional(v.number()),
  /** The process of that number now; absent: there is none. */
  process: v.exactOptional(
    v.object({
      comm: v.string(),
      state: v.string(),
      /** UTC, ISO 8601. */
      startedAt: v.string(),
    }),
  ),
  /** UTC, ISO 8601. */
  modifiedAt: v.exactOptional(v.string()),
});
export type PidFileFacts = FactsOf<typeof pidFileFactsSchema>;

/** `/etc/docker/daemon.json` or what `--config-file` names. */
export const daemonFileSchema = v.variant('state', [
  v.object({
    state: v.literal('absent'),
    path: v.string(),
  }),
  v.object({
    state: v.literal('unreadable'),
    path: v.string(),
    reason: v.string(),
  }),
  v.object({
    state: v.literal('not-a-file'),
    path: v.string(),
    kind: v.string(),
  }),
  v.object({
    state: v.literal('invalid'),
    path: v.string(),
    sizeBytes: v.number(),
    message: v.string(),
    /** From 1. */
    line: v.number(),
    column: v.number(),
    /** The line at fault, at most 200 characters. */
    text: v.string(),
  }),
  v.object({
    state: v.literal('parsed'),
    path: v.string(),
    sizeBytes: v.number(),
    uid: v.number(),
    mode: v.number(),
    /** As it was parsed; always an object. */
    content: v.record(v.string(), v.unknown()),
  }),
]);
export type DaemonFile = FactsOf<typeof daemonFileSchema>;

/** What the running daemon was told, and what follows from file, flags and defaults together. */
export const daemonConfigFactsSchema = v.object({
  file: daemonFileSchema,
  /** When the file was written or replaced last, or taken out of its folder. UTC, ISO 8601. */
  fileChangedAt: v.exactOptional(v.string()),
  /** Flags of the running dockerd by long name, each with its values in order; absent: none runs, or it is hidden. */
  flags: v.exactOptional(v.record(v.string(), v.array(v.string()))),
  dataRoot: v.string(),
  execRoot: v.string(),
  pidFile: v.string(),
  /** Where it listens: `unix:///var/run/docker.sock`. */
  hosts: v.array(v.string()),
  /** Programs the daemon needs, and package managers, with where they are in its PATH; absent: not found. */
  programs: v.object({
    dockerd: v.exactOptional(v.string()),
    containerd: v.exactOptional(v.string()),
    'containerd-shim-runc-v2': v.exactOptional(v.string()),
    runc: v.exactOptional(v.string()),
    'docker-init': v.exactOptional(v.string()),
    'docker-proxy': v.exactOptional(v.string()),
    iptables: v.exactOptional(v.string()),
    ip6tables: v.exactOptional(v.string()),
    'apt-get': v.exactOptional(v.string()),
    apk: v.exactOptional(v.string()),
  }),
  /** Files in the daemon's PATH that have the name of such a program and cannot be executed; `mode` in octal: `644`. */
  closedPrograms: v.exactOptional(v.array(v.object({ path: v.string(), mode: v.string() }))),
});
export type DaemonConfigFacts = FactsOf<typeof daemonConfigFactsSchema>;

/** The daemon's log, read from its end: never more than 256 KiB, however large it is. */
export const daemonLogFactsSchema = v.object({
  path: v.string(),
  sizeBytes: v.number(),
  /** UTC, ISO 8601. */
  modifiedAt: v.string(),
  /** Lines since the last start that is seen, oldest first, at most 400 and 4000 characters each. */
  lastStart: v.array(v.string()),
  /** The beginning of that start was found. False: it lies further up. */
  startFound: v.boolean(),
  /** Lines of level error or fatal, and dockerd's own last words without a level; at most 400. */
  errors: v.array(v.string()),
  /** Bytes that were read. */
  readBytes: v.number(),
});
export type DaemonLogFacts = FactsOf<typeof daemonLogFactsSchema>;
