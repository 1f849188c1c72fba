/** Milliseconds before the first try after a failure, and at most. */
const firstMs = 50;
const longestMs = 5000;

/**
 * How long to wait before try number `attempt` (0 is the first after a success): doubling from 50 ms to 5 s, for ever.
 * Up to a fifth is taken off at random, so that the windows of one machine do not ask all at once.
 * `random` gives numbers from 0 up to 1.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** attempt);
  return Math.round(whole * (1 - random() / 5));
}
