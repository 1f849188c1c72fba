import type * as Dockerode from './dockerode';

/** Loads dockerode, which bundling keeps in an output file of its own; once per process, Node keeps modules. */
export async function loadDockerode(): Promise<typeof Dockerode> {
  return import('./dockerode');
}
