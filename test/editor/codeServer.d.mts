export interface CodeServerOptions {
  /** Login name to run as; the caller must be root then. Default: the caller. */
  readonly user?: string;
  /** A packed extension to install before the start. */
  readonly vsix?: string;
  /** User settings, over quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of the machine, where those of machine scope are taken from. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** Files of the workspace folder, by path in it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Leave workspace trust on: folders open in Restricted Mode. */
  readonly restricted?: boolean;
  /** Lets a page run a suite in the extension host. Notifications then go to the notification centre only. */
  readonly testDriver?: boolean;
  /** Keep the run folder at the end. */
  readonly keep?: boolean;
}

export interface RunningCodeServer {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  /** The workspace folder. */
  readonly folder: string;
  /** The folder that holds everything of this server. */
  readonly run: string;
  /** Its process id, which is that of its process group. */
  readonly pid: number;
  /** The end of what it printed. */
  output(): string;
  /** The address of the page with the workspace folder open. */
  pageUrl(more?: Readonly<Record<string, string>>): string;
  stop(): Promise<void>;
}

export function startCodeServer(options?: CodeServerOptions): Promise<RunningCodeServer>;
/** Makes a running server one that nobody has used, for the next window; gives the new workspace folder. */
export function renewProfile(
  server: Pick<RunningCodeServer, 'run' | 'pid'>,
  options: CodeServerOptions,
): Promise<string>;
/** The process ids of a server's extension hosts, one a window. */
export function extensionHosts(server: number): number[];
/** The path, or an Error that says how the file is made. */
export function requireFile(path: string): string;
