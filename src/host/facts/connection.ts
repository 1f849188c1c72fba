import * as v from 'valibot';
import type { EndpointResult } from '../../engine/endpoint';
import type { PingResult } from '../../engine/state';

/**
 * What engine/ says of the way to an engine, as a file of facts holds it. The types are engine/'s own, which is loaded
 * where nothing is validated; the compiler compares the two in both directions, here and where the facts are read.
 */

const provenance = {
  source: v.picklist(['setting', 'DOCKER_HOST', 'DOCKER_CONTEXT', 'config.json', 'rootless socket', 'default']),
  context: v.exactOptional(v.string()),
  display: v.string(),
};
const address = { host: v.string(), port: v.number(), basePath: v.string() };

const endpointSchema = v.variant('kind', [
  v.object({ ...provenance, kind: v.literal('unix'), socketPath: v.string() }),
  v.object({ ...provenance, ...address, kind: v.literal('tcp') }),
  v.object({
    ...provenance,
    ...address,
    kind: v.literal('tls'),
    tls: v.object({
      ca: v.exactOptional(v.string()),
      cert: v.exactOptional(v.string()),
      key: v.exactOptional(v.string()),
      verify: v.boolean(),
    }),
  }),
]);

export const endpointResultSchema = v.variant('ok', [
  v.object({ ok: v.literal(true), endpoint: endpointSchema, warning: v.exactOptional(v.string()) }),
  v.object({ ok: v.literal(false), message: v.string() }),
]) satisfies v.GenericSchema<EndpointResult>;

const socketPath = v.picklist(['socket', 'file', 'directory', 'other', 'hidden']);

export const pingResultSchema = v.variant('outcome', [
  v.object({
    outcome: v.literal('ok'),
    engineVersion: v.exactOptional(v.string()),
    apiVersion: v.exactOptional(v.string()),
    ms: v.number(),
  }),
  v.object({ outcome: v.literal('absent') }),
  v.object({ outcome: v.picklist(['refused', 'denied']), path: socketPath }),
  v.object({ outcome: v.literal('timeout'), afterMs: v.number() }),
  v.object({ outcome: v.literal('status'), status: v.number(), body: v.string() }),
  v.object({ outcome: v.literal('unreachable'), code: v.string(), message: v.string() }),
]) satisfies v.GenericSchema<PingResult>;
