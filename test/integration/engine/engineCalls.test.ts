import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EngineCalls, refusalOf } from '../../../src/engine/engineCalls';
import { Litter, unixEndpoint } from './fakeDockerd';

const litter = new Litter();
afterEach(() => litter.sweep());

/** Calls to an engine that answers every request in one way. */
async function answering(listener: RequestListener): Promise<EngineCalls> {
  const path = join(litter.folder(), 'docker.sock');
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => listener(request, response));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  litter.later(() => server.close());
  return EngineCalls.open(unixEndpoint(path));
}

async function saying(status: number, body: unknown): Promise<EngineCalls> {
  return answering((_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
}

test('calls that are not answered end when they are closed, and none is made after that', async () => {
  let asked = 0;
  const engine = await answering(() => (asked += 1));
  const calls = [engine.info(), engine.imageId('one:1'), engine.containers('label'), engine.create({ Image: 'one:1' })];
  await vi.waitFor(() => expect(asked).toBe(calls.length));
  engine.close();
  const began = performance.now();
  const settled = await Promise.allSettled([...calls, engine.info()]);
  expect(performance.now() - began).toBeLessThan(1000);
  expect(settled.map(({ status }) => status)).toEqual(settled.map(() => 'rejected'));
  expect(asked).toBe(calls.length);
});

describe('an image', () => {
  test('that the engine does not take is refused, though its answer began well', async () => {
    const engine = await saying(200, { errorDetail: {}, error: 'no space left on device' });
    const error: unknown = await engine
      .importImage(Readable.from(['x']), 'r', 't', [])
      .catch((error: unknown) => error);
    expect(refusalOf(error)).toEqual({ status: 500, message: 'no space left on device' });
  });

  test('has its names, and when it was made in milliseconds', async () => {
    const engine = await saying(200, [
      { RepoTags: ['one:1', 'two:1'], Created: 1_700_000_000 },
      { RepoTags: null, Created: 1 },
    ]);
    expect(await engine.imagesOf('label')).toEqual([
      { name: 'one:1', created: 1_700_000_000_000 },
      { name: 'two:1', created: 1_700_000_000_000 },
    ]);
  });

  test('is removed when it is gone already; that a container uses it is told', async () => {
    await (await saying(404, { message: 'No such image' })).removeImage('one:1');
    const error: unknown = await (
      await saying(409, { message: 'in use' })
    )
      .removeImage('one:1')
      .catch((error: unknown) => error);
    expect(refusalOf(error)).toEqual({ status: 409, message: 'in use' });
  });
});

test('what is no engine is said to be none', async () => {
  const engine = await saying(200, { message: 'a proxy' });
  await expect(engine.info()).rejects.toThrow('What answered GET /info is not a Docker engine.');
});
