import { judgeRoom } from './budget';
import { abortReason } from './runErrors';
import type { ContainerEvidence } from './containerEvidence';
import { runContainer, type TestContainerRun } from './testContainer';
import type { TestContainer, LimitCheck } from './limitCheck';
import { judgeBroken, judgeRefusal } from './refusals';
import type { ContainerSample, LimitsEvent, LimitCheckResult } from './runResult';
import type { Environment } from './environment';
import { judging, type Judgement } from './verdict';
import { settleAll } from '../util/async';

/** How often a check is run when something that passes disturbed it. */
const maxAttempts = 3;

/** One check, from its first container to its verdict. */
export class CheckRun {
  readonly #check: LimitCheck;
  readonly #environment: Environment;
  readonly #containerRun: TestContainerRun;
  readonly #onEvent: (event: LimitsEvent) => void;
  #samples: ContainerSample[] = [];
  #attempts = 0;
  #ms = 0;

  constructor(
    check: LimitCheck,
    environment: Environment,
    containerRun: TestContainerRun,
    onEvent: (event: LimitsEvent) => void,
  ) {
    this.#check = check;
    this.#environment = environment;
    this.#containerRun = containerRun;
    this.#onEvent = onEvent;
  }

  /**
   * One attempt: its result, or `later` when something disturbed it that may have passed by then. Rejects with
   * EngineSilent when the engine does not answer any more.
   */
  async attempt(): Promise<LimitCheckResult | 'later'> {
    const began = performance.now();
    const judgement = await this.#judgement();
    this.#ms += performance.now() - began;
    const repeat = judgement.again === true && this.#attempts < maxAttempts;
    if (repeat && !this.#containerRun.signal.aborted) return 'later';
    const { id, area, title, asked, drawing } = this.#check;
    const told = { attempts: this.#attempts, ms: Math.round(this.#ms), samples: this.#samples };
    return { id, area, title, asked, ...(drawing !== undefined && { drawing }), ...told, ...judgement };
  }

  async #judgement(): Promise<Judgement> {
    const noRoom = judgeRoom(this.#check, this.#environment);
    if (noRoom !== undefined) return noRoom;
    const containers = this.#check.containers(this.#environment);
    if ('verdict' in containers) return containers;
    this.#attempts += 1;
    this.#onEvent({ event: 'started', check: this.#check.id, attempt: this.#attempts });
    return this.#run(containers);
  }

  async #run(containers: readonly TestContainer[]): Promise<Judgement> {
    this.#samples = [];
    const evidence: Record<string, ContainerEvidence> = {};
    // One container that fails ends the others: nobody would wait for them, and no engine answers them either.
    const failing = new AbortController();
    const run = this.#runUntil(failing.signal);
    const runOne = async (container: TestContainer): Promise<Judgement | undefined> => {
      const seen = await this.#runContainer(container, run);
      evidence[container.name] = seen;
      // Of the control nothing is asked that an engine could refuse.
      return (
        (container.name === 'control' ? undefined : judgeRefusal(seen, container.mayDrop)) ??
        judgeBroken(container.name, seen, container.mayDie === true)
      );
    };
    const failed = this.#check.together
      ? (await settleAll(containers.map(runOne), (reason) => failing.abort(reason))).find(
          (judgement) => judgement !== undefined,
        )
      : await firstOf(containers, runOne);
    if (failed !== undefined) return failed;
    if (this.#containerRun.signal.aborted)
      return judging('-', 'cancelled').error(abortReason(this.#containerRun.signal));
    return this.#check.judge(evidence, this.#environment);
  }

  #runUntil(failed: AbortSignal): TestContainerRun {
    const { signal, unresponsive } = this.#containerRun;
    return {
      ...this.#containerRun,
      signal: AbortSignal.any([signal, failed]),
      unresponsive: unresponsive === undefined ? failed : AbortSignal.any([unresponsive, failed]),
    };
  }

  async #runContainer(container: TestContainer, run: TestContainerRun): Promise<ContainerEvidence> {
    const onSample = (sample: Omit<ContainerSample, 'leg'>): void => {
      const named = { leg: container.name, ...sample };
      this.#samples.push(named);
      this.#onEvent({ event: 'sample', check: this.#check.id, sample: named });
    };
    return runContainer(container, { ...run, onSample });
  }
}

/** One after the other, until one says why there is no use in going on. */
async function firstOf(
  containers: readonly TestContainer[],
  runOne: (container: TestContainer) => Promise<Judgement | undefined>,
): Promise<Judgement | undefined> {
  for (const container of containers) {
    const judgement = await runOne(container);
    if (judgement !== undefined) return judgement;
  }
  return undefined;
}
