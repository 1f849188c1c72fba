import type { Plugin } from 'esbuild';

/** Leaves out of a bundle what is unused of dockerode: in its place is a module that says so to whoever calls it. */
export const dockerodeParts: Plugin;
