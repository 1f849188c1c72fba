/** How often and how long the engine is asked. All in milliseconds. */
export const pace = {
  /** Between two pings while the engine answers, and how long one may take: a frozen dockerd is noticed in 2.9 s. */
  ping: 2000,
  pingDeadline: 900,
  /** Between two `/info`, and how long one may take: a frozen containerd is noticed in 9.5 s. */
  info: 7000,
  infoDeadline: 2500,
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
