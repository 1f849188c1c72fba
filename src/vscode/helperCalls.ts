import { checkInstalled, type Installed } from '../helper/installed';
import type { HelperVerb } from '../helper/protocol';
import { noSudo, refusalBeforehand } from '../helper/refusal';
import { runHelper, type HelperOutcome, type HelperRun } from '../helper/run';
import { verbOf, type ActionId } from '../diagnosis/actions';
import { readPrivileges } from '../app/privileges';

export interface HelperCallParts {
  /** The `scripts` folder this extension brought along. */
  readonly bundledFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: { info(message: string): void; error(message: string): void };
  /** Whether it is this user's own daemon that is meant, which needs no root. */
  readonly rootless: () => boolean;
  /** Whether a file exists. */
  readonly exists: (path: string) => Promise<boolean>;
}

/** The privileged helper as this window calls it. */
export class HelperCalls {
  constructor(private readonly parts: HelperCallParts) {}

  /** The installed copy against ours; undefined when our own cannot be read, which is logged. */
  async installed(): Promise<Installed['status'] | undefined> {
    try {
      const installed = await checkInstalled({ bundledFolder: this.parts.bundledFolder });
      this.parts.log.info(`The installed helper: ${JSON.stringify(installed)}`);
      return installed.status;
    } catch (error) {
      this.parts.log.error(`The bundled helper cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  /** Runs a verb, as root unless the daemon is the user's own. Never rejects. */
  async run(verb: HelperVerb, options: Pick<HelperRun, 'signal' | 'onEvent' | 'onText'>): Promise<HelperOutcome> {
    const rootlessFolder = this.parts.rootless() ? this.parts.bundledFolder : undefined;
    const outcome = await runHelper(verb, { ...(await this.forFacts()), rootlessFolder, ...options });
    this.parts.log.info(`helper ${verb}: ${JSON.stringify(outcome)}`);
    return outcome;
  }

  /** How facts are read that only root can see. */
  async forFacts(): Promise<Pick<HelperRun, 'terminal' | 'facts' | 'environment'>> {
    return { terminal: false, facts: await readPrivileges(), environment: this.parts.environment };
  }

  /** Lets the helper mend one thing. Never rejects. */
  apply(action: ActionId): Promise<HelperOutcome> {
    return this.run(verbOf(action), {});
  }

  /** The log's lines through the helper, or why there are none. */
  async logLines(): Promise<{ readonly lines: readonly string[] } | { readonly problem: string }> {
    const lines: string[] = [];
    const outcome = await this.run('logs', { onText: (line) => lines.push(line) });
    switch (outcome.kind) {
      case 'result':
        return outcome.result.ok ? { lines } : { problem: outcome.result.message };
      case 'refused':
        return { problem: `${outcome.refusal.message} ${outcome.refusal.nextStep}` };
      case 'not-installed':
        return { problem: `it is not installed at ${outcome.path}. Set up the privileged helper.` };
      case 'broken':
        return { problem: outcome.message };
    }
  }

  /** Why sudo in a terminal could not install the helper, or undefined when it can be tried. */
  async obstacle(): Promise<string | undefined> {
    const facts = await readPrivileges();
    if (facts.uid === 0) return undefined;
    const refusal = refusalBeforehand(facts) ?? ((await this.parts.exists('/usr/bin/sudo')) ? undefined : noSudo());
    return refusal === undefined ? undefined : `${refusal.message} ${refusal.nextStep}`;
  }
}
