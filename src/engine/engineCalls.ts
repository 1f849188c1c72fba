import type { Readable } from 'node:stream';
import * as v from 'valibot';
import type { Endpoint } from './endpoint';
import type { createDocker } from './dockerode';
import { loadDockerode } from './loadDockerode';
import { infoFields } from './systemInfo';

type Client = Awaited<ReturnType<typeof createDocker>>;
/** Milliseconds: a small machine under load needs more than ten seconds to make a container. */
const silence = 30_000;

type TypedConfig = Parameters<Client['createContainer']>[0];
/** With a field of engine 20.10 (API 1.41) that dockerode's types have not; older engines ignore it. */
export type HostConfig = NonNullable<TypedConfig['HostConfig']> & { CgroupnsMode?: 'private' | 'host' };
export type ContainerConfig = Omit<TypedConfig, 'HostConfig'> & { HostConfig?: HostConfig };

const ContainersInfo = v.object({
  ...infoFields,
  ...{ ID: v.optional(v.string(), ''), Architecture: v.optional(v.string(), '') },
  ...{ NCPU: v.optional(v.number(), 0), CPUSet: v.optional(v.boolean(), false) },
});

/** What `GET /info` says that decides which containers can be made. */
export interface EngineInfo {
  readonly id: string;
  readonly version: string;
  /** As `uname -m` prints it: `x86_64`, `aarch64`. */
  readonly architecture: string;
  readonly cpus: number;
  /** Whether containers can be pinned to CPUs. */
  readonly cpuset: boolean;
  readonly running: number;
}

/** A name of an image. */
export interface ListedImage {
  readonly name: string;
  /** Milliseconds since the epoch, on the engine's clock; of an imported image, when that was. */
  readonly created: number;
}

export interface ListedContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface InspectedContainer {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  /** In the engine's PID namespace; 0 when it does not run. */
  readonly pid: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly hostConfig: HostConfig;
}

/** Of one container, as the stats API has it; absent where the engine leaves it out. */
export interface ContainerStats {
  /** Bytes. */
  readonly memoryUsage?: number | undefined;
  /** Bytes; the machine's memory for a container without a limit. */
  readonly memoryLimit?: number | undefined;
  /** Seconds of CPU time since its start. */
  readonly cpuSeconds?: number | undefined;
  readonly processes?: number | undefined;
}

/** An engine's refusal: the HTTP status and its words. */
export interface Refused {
  readonly status: number;
  readonly message: string;
}

/** An error that the engine told in the middle of an answer that had begun with 200. */
class ToldLate extends Error {
  /** What it would have begun with, had the engine known. */
  readonly statusCode = 500;
}

/** What the engine answered instead of doing it; undefined when it did not answer. */
export function refusalOf(error: unknown): Refused | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return undefined;
  const json: unknown = 'json' in error ? error.json : undefined;
  const told = typeof json === 'object' && json !== null && 'message' in json ? json.message : undefined;
  return { status: error.statusCode, message: typeof told === 'string' ? told : error.message };
}

/**
 * The calls that containers are made, watched and removed with. Each rejects with dockerode's error: one that
 * `refusalOf` can read when the engine answered, any other when it did not within half a minute of silence.
 */
export class EngineCalls {
  readonly #client: Client;
  readonly #closing = new AbortController();

  private constructor(client: Client) {
    this.#client = client;
    // Here and not call by call, because not every call of dockerode hands a signal on.
    const { modem } = client;
    const dial = modem.dial.bind(modem);
    modem.dial = (options, callback) => dial({ ...options, abortSignal: this.#closing.signal }, callback);
  }

  /** Loads dockerode; opens no connection. Throws an Error that names a TLS file that cannot be read. */
  static async open(endpoint: Endpoint): Promise<EngineCalls> {
    const { createDocker } = await loadDockerode();
    return new EngineCalls(await createDocker(endpoint, silence));
  }

  /** Ends the calls that are under way: each rejects, and none keeps the process from ending. None can be made any more. */
  close(): void {
    this.#closing.abort();
  }

  /** Rejects with an Error, too, where the answer is not an engine's. */
  async info(): Promise<EngineInfo> {
    const answer: unknown = await this.#client.info();
    const parsed = v.safeParse(ContainersInfo, answer);
    if (!parsed.success) throw new Error('What answered GET /info is not a Docker engine.');
    const info = parsed.output;
    return {
      id: info.ID,
      version: info.ServerVersion,
      architecture: info.Architecture,
      cpus: info.NCPU,
      cpuset: info.CPUSet,
      running: info.ContainersRunning,
    };
  }

  /** The id of an image; undefined when the engine has none of that name. */
  async imageId(name: string): Promise<string | undefined> {
    try {
      return (await this.#client.getImage(name).inspect()).Id;
    } catch (error) {
      if (refusalOf(error)?.status === 404) return undefined;
      throw error;
    }
  }

  /** The names of images that carry a label. */
  async imagesOf(label: string): Promise<ListedImage[]> {
    const images = await this.#client.listImages({ filters: { label: [label] } });
    return images.flatMap(({ RepoTags, Created }) =>
      (RepoTags ?? []).map((name) => ({ name, created: Created * 1000 })),
    );
  }

  /** Makes an image of one layer out of a tar archive of its root. `changes` are Dockerfile instructions. */
  async importImage(archive: Readable, repository: string, tag: string, changes: readonly string[]): Promise<void> {
    const options = { repo: repository, tag, changes: [...changes] };
    const answer = (await this.#client.importImage(archive, options)) as Readable;
    let said = '';
    for await (const chunk of answer) said += String(chunk);
    // The engine begins its answer with 200 before it has read the archive.
    const failed = /"error":\s*"(?<why>[^"]*)"/u.exec(said)?.groups?.['why'];
    if (failed !== undefined) throw new ToldLate(failed);
  }

  /**
   * Removes a name of an image, and the image with its last name; fine when there is none any more. An engine refuses it
   * (409) for the last name of an image that a container uses, running or not.
   */
  async removeImage(name: string): Promise<void> {
    try {
      await this.#client.getImage(name).remove();
    } catch (error) {
      if (refusalOf(error)?.status !== 404) throw error;
    }
  }

  /** All containers that carry a label, running or not. */
  async containers(label: string): Promise<ListedContainer[]> {
    const found = await this.#client.listContainers({ all: true, filters: { label: [label] } });
    return found.map(({ Id, Names, Labels }) => ({
      id: Id,
      name: (Names[0] ?? '').replace(/^\//u, ''),
      labels: Labels,
    }));
  }

  async create(config: ContainerConfig): Promise<{ readonly id: string; readonly warnings: readonly string[] }> {
    const made = await this.#client.createContainer(config);
    const { Warnings } = made as { Warnings?: readonly string[] | null };
    return { id: made.id, warnings: Warnings ?? [] };
  }

  /** What it prints from its start on; to be called before `start`. `ended` resolves when no more can come. */
  async output(
    id: string,
    listener: (text: string, from: 'out' | 'err') => void,
  ): Promise<{ readonly ended: Promise<void>; readonly close: () => void }> {
    const stream = await this.#client.getContainer(id).attach({ stream: true, stdout: true, stderr: true });
    const sink = (from: 'out' | 'err'): NodeJS.WritableStream =>
      ({
        write: (chunk: Buffer) => {
          listener(chunk.toString('utf8'), from);
          return true;
        },
      }) as unknown as NodeJS.WritableStream;
    this.#client.modem.demuxStream(stream, sink('out'), sink('err'));
    const ended = new Promise<void>((resolve) => {
      for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
    });
    return { ended, close: () => (stream as unknown as Readable).destroy() };
  }

  async start(idOrName: string): Promise<void> {
    await this.#client.getContainer(idOrName).start();
  }

  /** The names of its networks. */
  async networks(): Promise<string[]> {
    const found = (await this.#client.listNetworks()) as readonly { readonly Name: string }[];
    return found.map(({ Name }) => Name);
  }

  /** Waits for its end; the status it exited with. */
  async exitCode(id: string): Promise<number> {
    const { StatusCode } = (await this.#client.getContainer(id).wait()) as { readonly StatusCode: number };
    return StatusCode;
  }

  async inspect(idOrName: string): Promise<InspectedContainer> {
    const { Id, Name, State, HostConfig } = await this.#client.getContainer(idOrName).inspect();
    return {
      id: Id,
      name: Name.replace(/^\//u, ''),
      running: State.Running,
      pid: State.Pid,
      exitCode: State.ExitCode,
      oomKilled: State.OOMKilled,
      hostConfig: HostConfig,
    };
  }

  /** One sample, without the second that `docker stats` waits for another. */
  async stats(id: string): Promise<ContainerStats> {
    const answer = await this.#client.getContainer(id).stats({ stream: false, 'one-shot': true });
    const { memory_stats: memory, cpu_stats: cpu, pids_stats: pids } = answer as Partial<typeof answer>;
    const usage = cpu?.cpu_usage.total_usage;
    // An engine that could not read them (20.10 without the named v1 hierarchy) answers with zeros and no time.
    if (answer.read.startsWith('0001-')) return {};
    return {
      memoryUsage: memory?.usage,
      memoryLimit: memory?.limit,
      cpuSeconds: usage === undefined ? undefined : usage / 1e9,
      processes: pids?.current,
    };
  }

  /** Kills it if it runs, and removes it with its anonymous volumes; fine when there is none any more. */
  async remove(id: string): Promise<void> {
    try {
      await this.#client.getContainer(id).remove({ force: true, v: true });
    } catch (error) {
      const status = refusalOf(error)?.status;
      // 409: another call is removing it right now.
      if (status !== 404 && status !== 409) throw error;
    }
  }
}
