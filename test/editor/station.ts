import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { EngineState, StateKind } from '../../src/engine/state';
import type { StationApi } from '../../src/vscode/stationApi';

export const extensionId = 'dind-station.dind-station';

/** The extension under test, which the editor has found by itself. */
export function extension(): vscode.Extension<StationApi> {
  const found = vscode.extensions.getExtension<StationApi>(extensionId);
  assert.ok(found, `${extensionId} is not installed in this editor`);
  return found;
}

/** Its API, once it is active. */
export async function api(): Promise<StationApi> {
  return extension().activate();
}

/** How long the editor and the engine may take for what they do, milliseconds: less than a test may. */
const waitMs = 45_000;

/** Waits for something that no event announces. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`Not within ${waitMs} ms: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until the engine is in a state, and gives the time that took, in milliseconds. */
export async function becomes(kind: StateKind, ms = waitMs): Promise<number> {
  const station = await api();
  const begin = performance.now();
  if (station.state().kind === kind) return 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`The engine is ${station.state().kind}, not ${kind}, after ${ms} ms.`));
    }, ms);
    const subscription = station.onDidChangeState((state: EngineState) => {
      if (state.kind !== kind) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(performance.now() - begin);
    });
  });
}

/** Sets the endpoint as a person would, in the machine's settings; undefined goes back to none. */
export async function watch(dockerHost: string | undefined): Promise<void> {
  await vscode.workspace
    .getConfiguration('dindStation')
    .update('dockerHost', dockerHost, vscode.ConfigurationTarget.Global);
}
