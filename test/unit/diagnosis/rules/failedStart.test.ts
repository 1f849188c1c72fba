import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../../src/diagnosis/diagnose';
import { down, healthyFacts, type HealthyFacts } from '../healthy';

describe('a start that failed', () => {
  const state = (code: string, cause: string, change: (facts: HealthyFacts) => void = () => undefined) =>
    diagnose(
      healthyFacts((facts) => {
        down(facts);
        const run = { verb: 'start', step: '', pid: 0, helperPid: 0, since: '2026-01-01T00:50:00Z', by: 'root' };
        const message = 'dockerd did not answer within 60 s and was stopped.';
        facts.helper.value.state = {
          schema: 1,
          state: 'failed',
          ...run,
          code,
          message,
          cause,
          log: '/l',
          maxSeconds: 90,
        };
        change(facts);
      }),
    ).findings.filter(({ severity }) => severity === 'error');
  const unread = (facts: HealthyFacts) =>
    Object.assign(facts, { daemonLog: { unreadable: '/var/log/dockerd.log: EACCES' } });

  test('is told by what the helper noted where the log is closed to this user', () => {
    expect(state('daemon-exited', 'failed to start daemon: the moon is full', unread)).toMatchObject([
      {
        id: 'start.not-recognised',
        title: 'Docker failed to start: failed to start daemon: the moon is full',
        cause: 'dockerd: "failed to start daemon: the moon is full".',
      },
    ]);
    expect(state('daemon-exited', 'failed to start daemon: no space left on device', unread)).toMatchObject([
      { id: 'start.disk-full' },
    ]);
    expect(state('not-ready', 'time="x" level=info msg="Loading containers: start."', unread)).toMatchObject([
      { title: 'Docker failed to start: dockerd did not answer within 60 s and was stopped.' },
    ]);
  });

  test('is not told by an older note once a later daemon has listened', () => {
    const listened = (facts: HealthyFacts) =>
      void (facts.daemonLog.value.lastStart = ['level=info msg="Starting up"', 'msg="API listen on /x"']);
    expect(state('daemon-exited', 'failed to start daemon: x', listened).map((one) => one.id)).not.toContain(
      'start.not-recognised',
    );
  });

  test('that was refused over daemon.json says so once the file is another', () => {
    const refused = (fileChangedAt: string) =>
      state('config-refused', '', (facts) => {
        if (facts.helper.value.state) facts.helper.value.state.message = 'dockerd would not start with daemon.json.';
        facts.daemonConfig.value.fileChangedAt = fileChangedAt;
      });
    expect(refused('2026-01-01T00:50:00.900Z')).toMatchObject([{ title: 'The last start of Docker was refused' }]);
    expect(refused('2026-01-01T00:50:01.100Z')).toMatchObject([
      {
        title: 'The last start of Docker was refused, and /etc/docker/daemon.json has changed since',
        remedy: { action: 'start-daemon' },
      },
    ]);
  });

  test('over daemon.json says so once the file is another, and is started again', () => {
    const failed = (fileChangedAt: string) => (facts: HealthyFacts) => {
      facts.daemonLog.value.lastStart = [
        "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives don't match any configuration option: dbug",
      ];
      facts.daemonLog.value.modifiedAt = '2026-01-01T00:50:00.500Z';
      facts.daemonConfig.value.fileChangedAt = fileChangedAt;
    };
    expect(state('daemon-exited', '', failed('2026-01-01T00:50:00.499Z'))).toMatchObject([
      { title: 'daemon.json has a key this engine does not know: dbug' },
    ]);
    expect(state('daemon-exited', '', failed('2026-01-01T00:50:00.501Z'))).toMatchObject([
      {
        title: 'The last start of Docker failed, and /etc/docker/daemon.json has changed since',
        cause: expect.stringContaining("don't match any configuration option: dbug"),
        remedy: { action: 'start-daemon' },
      },
    ]);
    const disk = (facts: HealthyFacts) => {
      failed('2026-01-01T00:59:00.000Z')(facts);
      facts.daemonLog.value.lastStart = ['failed to start daemon: no space left on device'];
    };
    expect(state('daemon-exited', '', disk)).toMatchObject([{ title: 'The disk is full' }]);
  });
});
