/**
 * Something a person can act on. Its message is the whole story (what was met, what was expected, what to do), so it is
 * printed without a stack trace; every other error is a fault of ours and keeps its trace.
 */
export class Refusal extends Error {
  /**
   * @param {string} message one or two sentences for a person
   * @param {number} [exitCode] 1 could not be done, 2 wrong usage
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'Refusal';
    this.exitCode = exitCode;
  }
}
