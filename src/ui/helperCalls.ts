import { checkInstalled, type Installed } from '../daemon/installed';
import { elevationFor } from '../daemon/elevation';
import { helperFolder } from '../daemon/places';
import type { HelperVerb } from '../daemon/protocol';
import { rootlessNames, rootlessProgram, withoutElevation } from '../daemon/rootless';
import { noSudo, refusalBeforehand } from '../daemon/refusal';
import { runHelper, type HelperOutcome, type HelperRun } from '../daemon/run';
import { verbOf, type ActionId } from '../diagnosis/actions';
import { readPrivileges } from './privileges';

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

  /** Runs a verb, as root unless the daemon is the user's own. Never rejects. A copy that others than root can change is not run, whatever sudo allows. */
  async run(verb: HelperVerb, options: Pick<HelperRun, 'signal' | 'onEvent' | 'onText'>): Promise<HelperOutcome> {
    const facts = await readPrivileges();
    const { environment } = this.parts;
    if (this.parts.rootless()) {
      const program = await rootlessProgram(this.parts.bundledFolder);
      const own = { elevation: withoutElevation, keep: rootlessNames, program };
      return this.logged(verb, await runHelper(verb, { ...own, facts, environment, ...options }));
    }
    if ((await this.installed()) === 'untrusted') {
      const message = `The helper in ${helperFolder} can be changed by others than root, so it is not run.`;
      const nextStep = 'Set up the privileged helper again; it says what must be changed first.';
      return { kind: 'refused', refusal: { reason: 'no-rule', message, nextStep, setUp: true, evidence: '' } };
    }
    const elevation = elevationFor(facts.uid, false);
    return this.logged(verb, await runHelper(verb, { elevation, facts, environment, ...options }));
  }

  private logged(verb: HelperVerb, outcome: HelperOutcome): HelperOutcome {
    this.parts.log.info(`helper ${verb}: ${JSON.stringify(outcome)}`);
    return outcome;
  }

  /** How facts are read that only root can see; undefined where the installed copy may not be run. */
  async forFacts(): Promise<Pick<HelperRun, 'elevation' | 'facts' | 'environment'> | undefined> {
    if ((await this.installed()) === 'untrusted') return undefined;
    const facts = await readPrivileges();
    return { elevation: elevationFor(facts.uid, false), facts, environment: this.parts.environment };
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
