import { expect, test } from 'vitest';
import { parseInfo } from '../../../src/engine/systemInfo';

const body = { ServerVersion: '20.10.24', Driver: 'overlay2', ContainersRunning: 1, Containers: 2, Warnings: null };

test('what an old engine does not say is empty', () => {
  expect(parseInfo(body)).toEqual({
    version: '20.10.24',
    storageDriver: 'overlay2',
    cgroupDriver: '',
    cgroupVersion: '',
    containersRunning: 1,
    containers: 2,
    dataRoot: '',
    liveRestore: false,
    warnings: [],
  });
});

test('its warnings are kept', () => {
  expect(parseInfo({ ...body, Warnings: ['WARNING: No swap limit support'] })?.warnings).toHaveLength(1);
});

test.each([undefined, null, 'text', [], {}, { ...body, Driver: 5 }, { ...body, ContainersRunning: '1' }])(
  '%j is no info',
  (value) => {
    expect(parseInfo(value)).toBeUndefined();
  },
);
