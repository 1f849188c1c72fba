import type { StepId } from '../helper/stepIds';

/**
 * What the helper is doing, in the words of someone who waits for it. Keys are the step names the helper prints; a
 * helper that is newer than this table is shown by its own names rather than hidden.
 */
const words: Readonly<Partial<Record<StepId, string>>> = {
  'lock.wait': 'waiting for another start, stop or restart to end',
  'daemon.check': 'looking for a running daemon',
  'daemon.validate': 'checking daemon.json',
  leftovers: 'removing leftovers of an earlier daemon',
  'daemon.stop': 'stopping the daemon',
  'containerd.launch': 'starting containerd',
  'daemon.launch': 'starting the daemon',
  'daemon.ready': 'waiting for the daemon to answer',
  'socket.access': 'giving access to the socket',
  'log.rotate': 'rotating the log',
  'daemon.verify': 'checking that the daemon works',
  'init.ask': 'asking the init system',
};

export const knownSteps: readonly string[] = Object.keys(words);

function wordsFor(step: string): string | undefined {
  return Object.hasOwn(words, step) ? words[step as StepId] : undefined;
}

/** `daemon.ready` → `waiting for the daemon to answer`; `leftovers.containerd` → the words of `leftovers`. */
export function stepWords(step: string): string {
  const area = step.includes('.') ? step.slice(0, step.indexOf('.')) : step;
  return wordsFor(step) ?? wordsFor(area) ?? step;
}
