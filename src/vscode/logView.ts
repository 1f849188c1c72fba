import type * as vscode from 'vscode';
import type { LogNotice } from '../host/logFollower';
import type { LogPosition, LogTail } from '../host/logTail';
import type { HelperRunner } from '../app/helperRunner';

/** What is used of an output channel. */
type Channel = Pick<vscode.OutputChannel, 'appendLine' | 'clear' | 'show' | 'dispose'>;

export interface LogViewParts {
  /** Creates the channel, on the first use. */
  readonly createChannel: () => Channel;
  /** Where the daemon's log is now; empty when it is in the journal. */
  readonly path: () => Promise<string>;
  /** The end of a file; rejects as `open` does. */
  readonly readTail: (path: string, maxBytes: number) => Promise<LogTail>;
  readonly follow: (following: {
    path: string;
    from: LogPosition | 'start';
    onLines: (lines: readonly string[]) => void;
    onNotice: (notice: LogNotice) => void;
  }) => { dispose(): void };
  /** The log through the privileged helper, for a file this user may not read: its lines, or why there are none. */
  readonly viaHelper: () => Promise<LinesOrProblem>;
}

type LinesOrProblem = { readonly lines: readonly string[] } | { readonly problem: string };

/** The log's lines through the helper, or why there are none. */
export async function linesThroughHelper(helper: Pick<HelperRunner, 'run'>): Promise<LinesOrProblem> {
  const lines: string[] = [];
  const outcome = await helper.run('logs', { onText: (line) => lines.push(line) });
  switch (outcome.kind) {
    case 'result':
      return outcome.result.ok ? { lines } : { problem: outcome.result.message };
    case 'refused':
      return { problem: `${outcome.refusal.message} ${outcome.refusal.nextStep}` };
    case 'not-installed':
      return { problem: `it is not installed at ${outcome.path}. Set up the helper.` };
    case 'broken':
      return { problem: outcome.message };
  }
}

/** How much of the end of the file is shown at first, in bytes. */
export const tailBytes = 256 * 1024;

/** Our own lines are comments to the eye and are not matched by the log colouring as a level. */
const own = (text: string): string => `# ${text}`;

function noticeText(path: string, notice: LogNotice): string {
  switch (notice.kind) {
    case 'absent':
      return `${path} is not there yet. It appears when the daemon is started.`;
    case 'rotated':
      return `${path} was rotated; the new file follows.`;
    case 'truncated':
      return `${path} was emptied; what is written from now on follows.`;
    case 'unreadable':
      return `${path} cannot be read: ${notice.message}`;
  }
}

/** The daemon's log in an output channel: the end of the file, then what is appended, for as long as the window lives. */
export class LogView {
  readonly #parts: LogViewParts;
  #channel: Channel | undefined;
  #following: { readonly path: string; dispose(): void } | undefined;
  #opening: Promise<void> | undefined;
  #disposed = false;

  constructor(parts: LogViewParts) {
    this.#parts = parts;
  }

  /** Shows the channel, and starts to follow unless it already does. Resolves when the end of the file is in it. */
  async show(): Promise<void> {
    this.#channel ??= this.#parts.createChannel();
    this.#channel.show(true);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    await this.#opening;
  }

  async #open(): Promise<void> {
    const path = await this.#parts.path();
    if (this.#following?.path === path) return;
    this.#following?.dispose();
    this.#following = undefined;
    this.#channel?.clear();
    if (path === '') {
      await this.#readThroughHelper('The log is in the journal of this system');
      return;
    }
    try {
      const tail = await this.#parts.readTail(path, tailBytes);
      this.#write([
        own(tail.cut ? `The last ${tailBytes / 1024} KiB of ${path}, followed live.` : `${path}, followed live.`),
      ]);
      this.#write(tail.lines);
      this.#follow(path, tail.position);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') {
        this.#write([own(`The daemon's log was looked for at ${path}.`)]);
        this.#follow(path, 'start');
      } else if (code === 'EACCES' || code === 'EPERM') {
        await this.#readThroughHelper(`${path} may not be opened by this user`);
      } else {
        this.#write([own(`${path} cannot be read: ${message}`)]);
      }
    }
  }

  #follow(path: string, from: LogPosition | 'start'): void {
    if (this.#disposed) return;
    const follower = this.#parts.follow({
      path,
      from,
      onLines: (lines) => this.#write(lines),
      onNotice: (notice) => this.#write([own(noticeText(path, notice))]),
    });
    this.#following = { path, dispose: () => follower.dispose() };
  }

  async #readThroughHelper(why: string): Promise<void> {
    const answer = await this.#parts.viaHelper();
    if ('problem' in answer) {
      this.#write([own(`${why}, and the helper did not give it: ${answer.problem}`)]);
      return;
    }
    this.#write([own(`${why} and was read through the helper. Show the log again for newer lines.`)]);
    this.#write(answer.lines);
  }

  /** One message to the editor for many lines. A channel that is gone throws, so nothing is written to it. */
  #write(lines: readonly string[]): void {
    if (!this.#disposed && lines.length > 0) this.#channel?.appendLine(lines.join('\n'));
  }

  dispose(): void {
    this.#disposed = true;
    this.#following?.dispose();
    this.#channel?.dispose();
  }
}
