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
  const isSlow = slow !== undefined;
  const count = (isSlow ? ms < briskMs : ms >= slowMs) ? contrary + 1 : 0;
  if (count < (isSlow ? pingsToBrisk : pingsToSlow)) return { slow, contrary: count };
  return isSlow ? brisk : { slow: `a ping took ${formatSeconds(ms)}`, contrary: 0 };
}
