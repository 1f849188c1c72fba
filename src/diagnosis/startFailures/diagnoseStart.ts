import type { StartCauseId } from '../../host/causeIds';
import { startCauses } from '../../host/logTable';
import { steps, type NextStep } from '../nextStep';
import { shortened } from '../../util/format';
import { messageOf } from './decisiveLine';

/** Why the daemon did not start, as far as its last line tells. */
export interface StartFailure {
  /** Stable id of the cause, `not-recognised` when no row of the table fits. */
  readonly id: StartCauseId | 'not-recognised';
  readonly title: string;
  /** One sentence: what to do. */
  readonly nextStep: string;
  /** The same as something to click or paste, where there is such a thing; else the log. */
  readonly step: NextStep;
  /** The step as something to type. */
  readonly command: string;
  /** The line the judgement rests on, as the daemon wrote it. */
  readonly line: string;
}

/** What a sentence of the engine's may take of a title; it is whole beside it. */
export const maxTitle = 300;

/** Commands of the table that are actions of ours, with labels of their own. */
const ownSteps: Readonly<Record<string, NextStep>> = {
  'dind-station start': steps.start,
  'dind-station restart': steps.restart,
  'dind-station logs': steps.showLog,
};

function filled(text: string, match: RegExpExecArray): string {
  return text.replace(/\$(\d)/g, (_, group: string) => (match[Number(group)] ?? '').trim());
}

/** Judges the decisive line of a failed start, of engines 20.10 to 29. */
export function diagnoseStart(line: string): StartFailure {
  const message = messageOf(line);
  for (const { id, pattern, title, nextStep, label, command } of startCauses) {
    const match = pattern.exec(message);
    if (match !== null) {
      return {
        id,
        title: filled(title, match),
        nextStep: filled(nextStep, match),
        step: label === undefined ? (ownSteps[command] ?? steps.showLog) : { label, command },
        command,
        line,
      };
    }
  }
  return {
    id: 'not-recognised',
    title: `Docker failed to start: ${shortened(message, maxTitle)}`,
    nextStep: 'Read what the daemon wrote before it.',
    step: steps.showLog,
    command: 'dind-station logs',
    line,
  };
}
