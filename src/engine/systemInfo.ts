import * as v from 'valibot';

/**
 * What a person wants to know of a running engine, taken from `GET /info` (Docker Engine API, `SystemInfo`).
 * Counts are of containers; `cgroupVersion` is absent before engine 20.10.
 */
const Info = v.pipe(
  v.object({
    ServerVersion: v.string(),
    Driver: v.string(),
    CgroupDriver: v.optional(v.string(), ''),
    CgroupVersion: v.optional(v.string(), ''),
    ContainersRunning: v.number(),
    Containers: v.number(),
    DockerRootDir: v.optional(v.string(), ''),
    LiveRestoreEnabled: v.optional(v.boolean(), false),
    Warnings: v.optional(v.nullable(v.array(v.string()))),
  }),
  v.transform((info) => ({
    version: info.ServerVersion,
    storageDriver: info.Driver,
    cgroupDriver: info.CgroupDriver,
    cgroupVersion: info.CgroupVersion,
    containersRunning: info.ContainersRunning,
    containers: info.Containers,
    dataRoot: info.DockerRootDir,
    liveRestore: info.LiveRestoreEnabled,
    warnings: info.Warnings ?? [],
  })),
);
export type EngineDetails = v.InferOutput<typeof Info>;

/** The parsed body of `/info`, or undefined when it is not one (a proxy's page, a Podman of another shape). */
export function parseInfo(body: unknown): EngineDetails | undefined {
  const result = v.safeParse(Info, body);
  return result.success ? result.output : undefined;
}
