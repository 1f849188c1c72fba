import * as assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeEngine } from '../mocks/fakeEngine';
import { api, becomes, until, watch } from './station';

suite('the state is what the socket says', () => {
  let folder: string;
  let engine: FakeEngine;

  suiteSetup(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dind-station-suite-'));
    engine = new FakeEngine(join(folder, 'docker.sock'));
    await watch(engine.host);
    await becomes('stopped');
  });
  suiteTeardown(async () => {
    await watch(undefined);
    await engine.stop();
    rmSync(folder, { recursive: true });
  });

  test('an engine that comes up', async () => {
    const seen = becomes('running');
    await engine.start();
    console.log(`# running seen ${(await seen).toFixed(0)} ms after the engine was asked to start`);
    const station = await api();
    assert.equal(station.state().engineVersion, '20.10.24');
  });

  test('what it says of itself', async () => {
    const station = await api();
    await until('the details are read', () => station.state().details !== undefined);
    assert.equal(station.state().details?.storageDriver, 'overlay2');
    assert.equal(station.state().details?.containersRunning, 2);
  });

  test('a crash, and the way back', async () => {
    const seen = becomes('failed');
    await engine.crash();
    console.log(`# crash seen after ${(await seen).toFixed(1)} ms`);
    assert.equal((await api()).state().cause?.code, 'crashed');
    const back = becomes('running');
    await engine.start();
    await back;
  });

  test('an engine that hangs, and recovers', async () => {
    engine.mood = 'hangs';
    console.log(`# hang seen after ${(await becomes('hung')).toFixed(0)} ms`);
    const back = becomes('running');
    engine.mood = 'answers';
    await back;
  });

  test('a stop, and something else in its place', async () => {
    const stopped = becomes('stopped');
    await engine.stop();
    await stopped;
    const blocked = becomes('misconfigured');
    mkdirSync(engine.socketPath);
    await blocked;
    assert.equal((await api()).state().cause?.code, 'socket-is-directory');
    const back = becomes('running');
    await engine.start();
    await back;
  });

  test('an endpoint that cannot be used', async () => {
    await watch('ssh://somewhere');
    await becomes('misconfigured');
    assert.equal((await api()).state().cause?.code, 'bad-endpoint');
    await watch(engine.host);
    await becomes('running');
  });
});
