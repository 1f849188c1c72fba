/** What was being done when a container could not be run, in the order in which it is done. */
export const verificationSteps = ['image', 'create', 'start', 'run', 'network'] as const;
export type VerificationStep = (typeof verificationSteps)[number];

/**
 * Whether containers run: `yes` only when one has run since this daemon was started. `unknown`: nobody could find out, for
 * a reason that says nothing about the daemon (a cancelled run, no program for an image, an engine that fell silent).
 */
export type Verification =
  | { readonly verdict: 'yes' }
  /** `message`: the engine's own sentence, whole. */
  | { readonly verdict: 'no'; readonly step: VerificationStep; readonly message: string }
  | { readonly verdict: 'unknown'; readonly message: string };

/** A verification that is worth remembering: one that says something about the daemon. */
export type KnownVerification = Exclude<Verification, { readonly verdict: 'unknown' }>;

/** `at`: when a container ran or could not be run, milliseconds since the epoch. */
export type TimedVerification = KnownVerification & { readonly at: number };
