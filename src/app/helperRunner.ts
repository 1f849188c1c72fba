import { errorMessage } from '../util/format';
import { checkInstalled, type Installed } from '../helper/installed';
import type { HelperVerb } from '../helper/protocol';
import { runHelper, type HelperOutcome, type HelperRun } from '../helper/run';
import { verbOf, type ActionId } from '../diagnosis/actions';
import { readPrivileges } from './privileges';

export interface HelperRunnerParts {
  /** The `scripts` folder that this program brought along. */
  readonly bundledFolder: string;
  readonly environment: HelperRun['environment'];
  /** Whether a person sits at a terminal and can be asked for a password; an extension host has none. */
  readonly terminal: boolean;
  /** Whether it is this user's own daemon that is meant, which needs no root. */
  readonly rootless: () => boolean;
  readonly log?: { info(message: string): void; error(message: string): void };
}

/** The installed copy against ours, or why the two cannot be compared. */
export type InstalledOrUnknown = Installed | { readonly status: 'unknown'; readonly why: string };

/** How a caller follows a run, and ends it. */
export type HelperCall = Pick<HelperRun, 'onEvent' | 'onText' | 'signal'>;

/**
 * The privileged helper as the editor and the command line call it. There is no other way to it for either: whose the
 * installed copy is, is asked by `runHelper` at each run, and no option leaves that out.
 */
export class HelperRunner {
  readonly #parts: HelperRunnerParts;

  constructor(parts: HelperRunnerParts) {
    this.#parts = parts;
  }

  /** Runs a verb, as root unless the daemon is the user's own. Never rejects. */
  async run(verb: HelperVerb, call: HelperCall = {}): Promise<HelperOutcome> {
    const { bundledFolder, environment, terminal, log } = this.#parts;
    const rootlessFolder = this.#parts.rootless() ? bundledFolder : undefined;
    const facts = await readPrivileges();
    const outcome = await runHelper(verb, { facts, environment, terminal, rootlessFolder, ...call });
    log?.info(`helper ${verb}: ${JSON.stringify(outcome)}`);
    return outcome;
  }

  /** Lets the helper apply one remedy. Never rejects. */
  apply(action: ActionId): Promise<HelperOutcome> {
    return this.run(verbOf(action));
  }

  /** The installed copy against the one that this program brought along. Never rejects. */
  async installed(): Promise<InstalledOrUnknown> {
    const { bundledFolder, log } = this.#parts;
    try {
      const installed = await checkInstalled({ bundledFolder });
      log?.info(`The installed helper: ${JSON.stringify(installed)}`);
      return installed;
    } catch (error) {
      log?.error(`The bundled helper cannot be read: ${String(error)}`);
      const reason = errorMessage(error);
      return { status: 'unknown', why: `the copy that comes with this program cannot be read: ${reason}` };
    }
  }

  /** How facts are read that only root can see: nobody is asked for a password. */
  async forFacts(): Promise<Pick<HelperRun, 'terminal' | 'facts' | 'environment'>> {
    return { terminal: false, facts: await readPrivileges(), environment: this.#parts.environment };
  }
}
