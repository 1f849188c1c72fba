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
