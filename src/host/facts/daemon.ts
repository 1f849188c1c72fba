/** A pid file as it lies there, with what its number means now. Whether it is stale is for a rule. */
export interface PidFileFacts {
  readonly role: 'dockerd' | 'managed containerd';
  readonly path: string;
  readonly state: 'absent' | 'read' | 'unreadable';
  /** The first 64 characters; absent unless `read`. */
  readonly content?: string;
  /** Its number, when the content is one. */
  readonly pid?: number;
  /** The process of that number now; absent: there is none. */
  readonly process?: {
    readonly comm: string;
    readonly state: string;
    /** UTC, ISO 8601. */
    readonly startedAt: string;
  };
  /** UTC, ISO 8601. */
  readonly modifiedAt?: string;
}

/** `/etc/docker/daemon.json` or what `--config-file` names. */
export type DaemonFile =
  | { readonly state: 'absent'; readonly path: string }
  | { readonly state: 'unreadable'; readonly path: string; readonly reason: string }
  | { readonly state: 'not-a-file'; readonly path: string; readonly kind: string }
  | {
      readonly state: 'invalid';
      readonly path: string;
      readonly sizeBytes: number;
      readonly message: string;
      /** From 1. */
      readonly line: number;
      readonly column: number;
      /** The line at fault, at most 200 characters. */
      readonly text: string;
    }
  | {
      readonly state: 'parsed';
      readonly path: string;
      readonly sizeBytes: number;
      readonly uid: number;
      readonly mode: number;
      /** As it was parsed; always an object. */
      readonly content: Readonly<Record<string, unknown>>;
    };

/** What the running daemon was told, and what follows from file, flags and defaults together. */
export interface DaemonConfigFacts {
  readonly file: DaemonFile;
  /** Flags of the running dockerd by long name, each with its values in order; absent: none runs, or it is hidden. */
  readonly flags?: Readonly<Record<string, readonly string[]>>;
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly pidFile: string;
  /** Where it listens: `unix:///var/run/docker.sock`. */
  readonly hosts: readonly string[];
  /** Programs the daemon needs, with where they are in its PATH; absent: not found. */
  readonly programs: Readonly<
    Partial<
      Record<
        | 'dockerd'
        | 'containerd'
        | 'containerd-shim-runc-v2'
        | 'runc'
        | 'docker-init'
        | 'docker-proxy'
        | 'iptables'
        | 'ip6tables',
        string
      >
    >
  >;
}

/** The daemon's log, read from its end: never more than 256 KiB, however large it is. */
export interface DaemonLogFacts {
  readonly path: string;
  readonly sizeBytes: number;
  /** UTC, ISO 8601. */
  readonly modifiedAt: string;
  /** Lines since the last start that is seen, oldest first, at most 400 and 4000 characters each. */
  readonly lastStart: readonly string[];
  /** The beginning of that start was found. False: it lies further up. */
  readonly startFound: boolean;
  /** Lines of level error or fatal, and dockerd's own last words without a level; at most 50. */
  readonly errors: readonly string[];
  /** Bytes that were read. */
  readonly readBytes: number;
}
