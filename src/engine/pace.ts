import { formatSeconds } from '../util/format';

/** How fast an engine answers its pings, over several of them, so that one that is on the verge does not flicker. */
export interface Pace {
  /** How long the ping took that made it slow; undefined while it is not. */
  readonly slow: string | undefined;
  /** Pings in a row that say otherwise. */
  readonly contrary: number;
}

/** Milliseconds: one that takes as long is slow, one that takes less is not slow any more. */
export const slowMs = 1000;
const briskMs = 500;
/** One slow answer is a ping that waited for a daemon which was just starting, or which was frozen. */
export const pingsToSlow = 2;
const pingsToBrisk = 3;

export const brisk: Pace = { slow: undefined, contrary: 0 };

/** After a ping that was answered. */
export function paceAfter({ slow, contrary }: Pace, ms: number): Pace {
  const says = slow === undefined ? ms >= slowMs : ms < briskMs;
  if (!says) return { slow, contrary: 0 };
  if (contrary + 1 < (slow === undefined ? pingsToSlow : pingsToBrisk)) return { slow, contrary: contrary + 1 };
  return slow === undefined ? { slow: `a ping took ${formatSeconds(ms)}`, contrary: 0 } : brisk;
}
