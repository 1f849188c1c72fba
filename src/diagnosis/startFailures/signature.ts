import type { StartCauseId } from '../../host/causeIds';
import type { NextStep } from '../nextStep';

/** How one cause of a failed start shows itself in the daemon's last line. */
export interface Signature {
  /** Stable, kebab-case. */
  readonly id: StartCauseId;
  readonly pattern: RegExp;
  /** What is wrong, in a few words; `$1` is the pattern's first group. */
  readonly title: string;
  /** One sentence: what to do. `$1` as above. */
  readonly nextStep: string;
  readonly step?: NextStep;
}
