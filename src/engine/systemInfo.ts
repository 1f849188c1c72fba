import * as v from 'valibot';

/**
 * The part of `GET /info` (Docker Engine API, `SystemInfo`) that every reader uses. One that needs more of the answer adds to
 * these fields, so that none of them is read in two ways.
 */
export const infoFields = {
  ServerVersion: v.string(),
  Driver: v.optional(v.string(), ''),
  CgroupDriver: v.optional(v.string(), ''),
  CgroupVersion: v.optional(v.string(), ''),
  ContainersRunning: v.number(),
  Containers: v.number(),
  DockerRootDir: v.optional(v.string(), ''),
  LiveRestoreEnabled: v.optional(v.boolean(), false),
  Warnings: v.optional(v.nullable(v.array(v.string()))),
};
const Info = v.object(infoFields);

// Not a v.transform in a v.pipe: the file that activation loads has neither for anything else.
function detailsOf(info: v.InferOutput<typeof Info>) {
  return {
    version: info.ServerVersion,
    storageDriver: info.Driver,
    cgroupDriver: info.CgroupDriver,
    cgroupVersion: info.CgroupVersion,
    containersRunning: info.ContainersRunning,
    containers: info.Containers,
    dataRoot: info.DockerRootDir,
    liveRestore: info.LiveRestoreEnabled,
    warnings: info.Warnings ?? [],
  };
}
/**
 * What a person wants to know of a running engine. Counts are of containers; `cgroupVersion` is absent before engine 20.10.
 */
export type EngineDetails = ReturnType<typeof detailsOf>;

/** The parsed body of `/info`, or undefined when it is not one (a proxy's page, a Podman of another shape). */
export function parseInfo(body: unknown): EngineDetails | undefined {
  const result = v.safeParse(Info, body);
  return result.success ? detailsOf(result.output) : undefined;
}
