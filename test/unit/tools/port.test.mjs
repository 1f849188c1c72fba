import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { claimPort, describeBusy, parseListeners } from '../../../tools/start/port.mjs';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000000000000000
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0000000000000000
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000
`;

describe('the port', () => {
  test('who listens, and not who is connected', () => {
    expect(parseListeners(table, 8080)).toEqual(['4711']);
    expect(parseListeners(table, 80)).toEqual(['4713']);
    expect(parseListeners(table, 8081)).toEqual([]);
    expect(parseListeners('', 80)).toEqual([]);
  });

  test('one that is taken is refused, naming the process; then it is free', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    await expect(claimPort(port, '/home/ann/data')).rejects.toThrow(
      new RegExp(`port ${port} is taken by process \\d+`),
    );
    server.close();
    await once(server, 'close');
    await expect(claimPort(port, '/home/ann/data')).resolves.toBeUndefined();
    // A claim does not keep the port from the server it was made for.
    await expect(claimPort(port, '/home/ann/data')).resolves.toBeUndefined();
  });

  test('any free one needs no claim', async () => expect(await claimPort(0, '/data')).toBeUndefined());

  test('a station that runs already is told apart from a stranger', () => {
    const station = { pid: 7, argv: ['node', 'entry.js', '--config', '/home/ann/data/config.yaml'] };
    expect(describeBusy(8080, station, '/home/ann/data')).toContain(
      'a station runs already on http://127.0.0.1:8080/ (process 7)',
    );
    expect(describeBusy(8080, { pid: 8, argv: ['nginx'] }, '/home/ann/data')).toContain('taken by process 8 (nginx)');
    expect(describeBusy(8080, undefined, '/home/ann/data')).toContain('a process of another user');
  });
});
