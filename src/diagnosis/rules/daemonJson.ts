import type { Facts } from '../../host/facts/facts';
import type { DaemonConfigFacts } from '../../host/facts/daemon';
import { conflictingFlag, directives, properPlace, refusalOf } from '../daemonOptions';
import { seenIn, fix, rule, seen, type Rule } from '../rule';
import { answers, daemonRuns, engineInfo, engineVersion, settings } from '../factSelectors';
import type { Remedy } from '../finding';

/** What is seen of a daemon that did not start. */
export const unanswered = ['socket.socket-absent', 'socket.socket-dead', 'daemon.dockerd-killed-leftovers'] as const;

export function editConfig(config: DaemonConfigFacts): string {
  return `sudo editor ${config.file.path}`;
}

/** A wrong configuration stops the next start; while a daemon runs with an older one it is a warning. */
export function severityOf(facts: Facts): 'error' | 'warning' {
  return daemonRuns(facts) || answers(facts) ? 'warning' : 'error';
}

/** The helper puts such a file aside only while no daemon runs, and never one that may name the place of the images. */
function correctJson(file: DaemonConfigFacts['file'], aside: boolean): Remedy {
  const command = `sudo editor ${file.path}`;
  const places = file.state === 'invalid' && /"(?:data-root|graph)"/.test(file.text);
  return aside && !places
    ? fix(
        'Correct it, or move it aside and start with the defaults.',
        command,
        'restarts-daemon',
        'move-daemon-json-aside',
      )
    : fix('Correct it.', command, 'restarts-daemon');
}

/** The file itself: whether it can be read, and whether its keys are an engine's. */
export const daemonJsonRules: readonly Rule[] = [
  rule({
    id: 'daemon.daemon-json-syntax',
    needs: ['daemonConfig'],
    explains: ['start.daemon-json-syntax', 'start.daemon-json-type', 'start.daemon-json-unusable', ...unanswered],
    judge: ({ daemonConfig: { file } }, facts) => {
      if (file.state === 'unreadable' && !file.reason.endsWith('ENOENT'))
        return { inconclusive: `${file.path}: ${file.reason}` };
      if (file.state !== 'invalid' && file.state !== 'not-a-file') return undefined;
      const where =
        file.state === 'invalid' ? `line ${String(file.line)}, column ${String(file.column)}` : `a ${file.kind}`;
      return {
        severity: severityOf(facts),
        title: `${file.path} is not valid JSON`,
        cause: file.state === 'invalid' ? `${file.message} (${where}).` : `It is ${where}, not a file.`,
        evidence: [seen(file.path, file.state === 'invalid' ? `${where}: ${file.text}` : where)],
        consequence: 'The daemon does not start.',
        remedy: correctJson(file, severityOf(facts) === 'error'),
      };
    },
  }),
  rule({
    id: 'daemon.daemon-json-unknown-key',
    needs: ['daemonConfig'],
    explains: ['start.daemon-json-unknown-key', ...unanswered],
    judge: ({ daemonConfig }, facts) => {
      const version = engineVersion(facts)?.version ?? engineInfo(facts)?.serverVersion;
      const refused = [...directives(settings(daemonConfig)).keys()].flatMap((key) => {
        const why = refusalOf(key, version);
        return why === undefined ? [] : [{ key, why }];
      });
      if (refused.length === 0) return undefined;
      return {
        severity: severityOf(facts),
        title: `daemon.json has keys that ${version === undefined ? 'no engine knows' : 'this engine refuses'}: ${refused.map(({ key }) => key).join(', ')}`,
        cause: `${refused.map(({ key, why }) => `"${key}" is ${why}`).join('; ')}.`,
        evidence: refused.map(({ key, why }) => seenIn(daemonConfig, key, why)),
        consequence: 'The daemon does not start: "the following directives don\'t match any configuration option".',
        remedy: fix('Remove or rename them.', editConfig(daemonConfig), 'restarts-daemon'),
      };
    },
  }),
  rule({
    id: 'daemon.daemon-json-unread-key',
    needs: ['daemonConfig'],
    judge: ({ daemonConfig }) => {
      const content = settings(daemonConfig);
      const unread = Object.keys(content).flatMap((key) => {
        const place = properPlace(key, content);
        return place === undefined ? [] : [{ key, place }];
      });
      if (unread.length === 0) return undefined;
      return {
        severity: 'warning',
        title: `daemon.json has keys that the daemon takes and never reads: ${unread.map(({ key }) => key).join(', ')}`,
        cause: 'They are names of flags; in the file the same has another name or place.',
        evidence: unread.map(({ key, place }) => seenIn(daemonConfig, key, `belongs to "${place}"`)),
        consequence: 'The daemon works as if they were not there.',
        remedy: fix(
          `Write ${[...new Set(unread.map(({ place }) => `"${place}"`))].join(', ')} instead.`,
          editConfig(daemonConfig),
          'restarts-daemon',
        ),
      };
    },
  }),
  rule({
    id: 'daemon.flag-file-conflict',
    needs: ['daemonConfig'],
    explains: ['start.flag-file-conflict', ...unanswered],
    judge: ({ daemonConfig }, facts) => {
      const { flags } = daemonConfig;
      if (flags === undefined) return undefined;
      const twice = [...directives(settings(daemonConfig)).keys()].flatMap((key) => {
        const flag = conflictingFlag(key);
        return flag === undefined || flags[flag] === undefined ? [] : [{ key, flag, values: flags[flag] }];
      });
      if (twice.length === 0) return undefined;
      return {
        severity: severityOf(facts),
        title: `Given twice, as a flag and in daemon.json: ${twice.map(({ key }) => key).join(', ')}`,
        cause: 'The file was changed after this daemon had started with the flag.',
        evidence: twice.flatMap(({ key, flag, values }) => [
          seenIn(daemonConfig, key, 'set'),
          seen(`/proc/PID/cmdline --${flag}`, values.join(' ')),
        ]),
        consequence: 'The next start fails.',
        remedy: fix(
          'Remove them from the file, or from the flags where the daemon is started.',
          editConfig(daemonConfig),
          'restarts-daemon',
        ),
      };
    },
  }),
];
