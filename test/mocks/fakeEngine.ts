import { renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What a fake engine tells of itself, as `GET /info` names it. */
export interface FakeInfo {
  ServerVersion: string;
  Driver: string;
  CgroupDriver: string;
  CgroupVersion: string;
  ContainersRunning: number;
  Containers: number;
  DockerRootDir: string;
  LiveRestoreEnabled: boolean;
  Warnings: string[] | null;
}

/**
 * As much of the Docker Engine API on a unix socket as the extension asks for, with the ways to die and to hang that a
 * real engine has. It stands in where no engine may be started.
 */
export class FakeEngine {
  readonly socketPath: string;
  readonly info: FakeInfo = {
    ServerVersion: '20.10.24',
    Driver: 'overlay2',
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '2',
    ContainersRunning: 2,
    Containers: 3,
    DockerRootDir: '/var/lib/docker',
    LiveRestoreEnabled: true,
    Warnings: null,
  };
  containers: string[] = ['web', 'database'];
  /** `answers`: all is well. `half`: /info hangs, as with a frozen containerd. `hangs`: nothing is answered. */
  mood: 'answers' | 'half' | 'hangs' = 'answers';

  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  get host(): string {
    return `unix://${this.socketPath}`;
  }

  async start(): Promise<void> {
    await rm(this.socketPath, { force: true, recursive: true });
    this.mood = 'answers';
    const server = createServer(({ url = '' }, response) => this.#answer(url, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => {
      server.listen(this.socketPath, resolve);
    });
    this.#server = server;
  }

  /** Ends in order: the socket goes with it. */
  async stop(): Promise<void> {
    await this.#end();
    await rm(this.socketPath, { force: true, recursive: true });
  }

  /** Ends as by SIGKILL: connections break, and the socket stays behind with nobody at it. */
  async crash(): Promise<void> {
    // A listener that closes removes its socket by name: moved aside for that moment, it finds nothing to remove.
    const aside = `${this.socketPath}.aside`;
    renameSync(this.socketPath, aside);
    const ended = this.#end();
    renameSync(aside, this.socketPath);
    await ended;
  }

  async #end(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => {
      if (server === undefined) resolve();
      else server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #answer(url: string, response: ServerResponse): void {
    if (this.mood === 'hangs') return;
    const path = url.replace(/^\/v[\d.]+/u, '').replace(/\?.*$/u, '');
    response.setHeader('Api-Version', '1.41');
    response.setHeader('Server', `Docker/${this.info.ServerVersion} (linux)`);
    switch (path) {
      case '/_ping':
        response.end('OK');
        return;
      case '/info':
        if (this.mood === 'answers')
          response.setHeader('Content-Type', 'application/json').end(JSON.stringify(this.info));
        return;
      case '/events':
        // Stays open, and silent: nothing happens to these containers.
        response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
        return;
      case '/containers/json':
        response.setHeader('Content-Type', 'application/json').end(
          JSON.stringify(
            this.containers.map((name, index) => ({
              Id: String(index).repeat(64),
              Names: [`/${name}`],
              Image: 'image',
              Status: 'Up 2 minutes',
            })),
          ),
        );
        return;
      default:
        response.writeHead(404).end(JSON.stringify({ message: 'page not found' }));
    }
  }
}
