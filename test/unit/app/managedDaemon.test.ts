import { expect, test } from 'vitest';
import { explain } from '../../../src/app/explanation';
import { daemonOwner, endpointFor, endpointMismatch, logPathOf, stateFileOf } from '../../../src/app/managedDaemon';
import type { Endpoint } from '../../../src/engine/endpoint';
import { stateOf } from '../vscode/states';

function endpoint(dockerHost: string, named?: string): Endpoint {
  const resolved = endpointFor({ HOME: '/nonexistent', DOCKER_HOST: dockerHost }, named);
  if (!resolved.ok) throw new Error(resolved.message);
  return resolved.endpoint;
}

test("the daemon at either name of the usual socket is the helper's, another is nobody's here", () => {
  for (const path of ['/var/run/docker.sock', '/run/docker.sock']) {
    const usual = endpoint(`unix://${path}`);
    expect([daemonOwner(usual), stateFileOf(usual)]).toEqual(['helper', '/run/dind-station/state.json']);
    expect(endpointMismatch(usual)).toBeUndefined();
  }
  const other = endpoint('unix:///srv/docker.sock');
  expect([daemonOwner(other), stateFileOf(other)]).toEqual([undefined, undefined]);
  expect([daemonOwner(undefined), endpointMismatch(undefined)]).toEqual([undefined, undefined]);
});

test('a daemon that is not managed here is named with who named it', () => {
  expect(endpointMismatch(endpoint('tcp://box:2375'))).toBe(
    'It watches tcp://box:2375, from DOCKER_HOST. The helper manages the daemon at unix:///var/run/docker.sock.',
  );
  expect(endpointMismatch(endpoint('', 'tcp://box:2375'))).toContain('from the setting dindStation.dockerHost.');
});

test('the log is somewhere, whatever the endpoint is', () => {
  expect(logPathOf(endpoint('tcp://box:2375'), {})).toBe(logPathOf(undefined, {}));
});

test('a state is explained with what can be done from here', () => {
  const known = { helper: 'missing', access: undefined } as const;
  const actions = (at: Endpoint | undefined): unknown[] =>
    explain(stateOf('failed', 'crashed'), at, known).nextSteps.map((step) => ('action' in step ? step.action : step));
  expect(actions(endpoint('unix:///run/docker.sock'))).toEqual(['set-up-helper', 'show-log']);
  expect(actions(endpoint('tcp://box:2375'))).toEqual(['show-log']);
  expect(explain(stateOf('stopped'), endpoint('unix:///run/docker.sock'), known).explanation).toBe(
    'There is no daemon at /run/docker.sock. The privileged helper, which starts Docker, is not installed.',
  );
});
