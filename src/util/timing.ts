/** Time and timers, as a monitor needs them; a test brings its own. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when somebody sets the clock. */
  now(): number;
  /** Milliseconds since some moment; never jumps. */
  elapsed(): number;
  /** Calls once, after that many milliseconds. */
  after(ms: number, call: () => void): Timer;
}

export interface Timer {
  /** Of no effect when it has fired or was cancelled. */
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, call) => {
    const timeout = setTimeout(call, ms);
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** Milliseconds before the first try after a failure, and at most. */
const firstMs = 50;
const maxMs = 5000;

/**
 * How long to wait before try number `attempt` (0 is the first after a success): doubling from 50 ms to 5 s, for ever.
 * Up to a fifth is taken off at random, so that the windows of one machine do not ask all at once.
 * `random` gives numbers from 0 up to 1.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const whole = Math.min(maxMs, firstMs * 2 ** attempt);
  return Math.round(whole * (1 - random() / 5));
}

/** How often and how long the engine is asked. All in milliseconds. */
export const intervals = {
  /** Between two pings while the engine answers, and how long one may take: a frozen dockerd is noticed in 2.9 s. */
  ping: 2000,
  pingDeadline: 900,
  /** Between two `/info`, and how long one may take: a frozen containerd is noticed in 9.5 s. */
  info: 7000,
  infoDeadline: 2500,
  /** The same for an engine that is slow, or elsewhere. */
  patientInfoDeadline: 10_000,
  /** From a container's event to `/info`, so that a burst is one question; and between two such questions. */
  infoAfterEvent: 300,
  infoSpacing: 1000,
  /** For a daemon that comes up: the ping waits in its queue and is answered the moment it is ready. */
  startDeadline: 30_000,
  /** The same where nobody told us that it starts, and where it hung and may recover. */
  patientDeadline: 5000,
  /** While the helper works: the longest wait between two tries, and between two looks at whether it still lives. */
  helperTry: 500,
  helperLook: 1000,
  /** At least between two probes that watched files ask for. */
  triggerSpacing: 20,
  /** An event stream that lived shorter is not opened again at once, one that was refused not for a minute. */
  streamLife: 2000,
  streamRefused: 60_000,
} as const;
