import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unknown } from '../../faults/unknown.mjs';
import {
  doctorClaim,
  engineSentence,
  expectedParts,
  judgeUnknown,
  missingParts,
  obeyed,
  partsOf,
  statusClaim,
  sumUpUnknown,
} from '../../../tools/labs/unknownJudge.mjs';
import { repository } from './folders.mjs';

/** @typedef {import('../../../tools/labs/unknownJudge.mjs').Observed} Observed */
/** @typedef {import('../../../tools/labs/unknownJudge.mjs').Unknown} Unknown */

describe('the failures', () => {
  test('each has a name of its own, every program is replaced, and at each time', () => {
    expect(new Set(unknown.map(({ name }) => name)).size).toBe(unknown.length);
    expect(unknown.length).toBeGreaterThanOrEqual(20);
    expect(new Set(unknown.map(({ when }) => when))).toEqual(new Set(['before', 'during', 'after']));
    const programs = ['containerd', 'containerd-shim-runc-v2', 'docker-proxy', 'dockerd', 'iptables', 'runc'];
    expect([...new Set(unknown.map(({ replaces }) => replaces))].sort()).toEqual(programs);
  });

  test('no rule knows what they say', () => {
    const rows = readFileSync(join(repository, 'scripts/lib/causes.tsv'), 'utf8').split('\n');
    const patterns = rows
      .map((row) => row.split('\t'))
      .flatMap(([when, , , pattern = '']) =>
        when === 'start' || when === 'running' ? [new RegExp(pattern, 'u')] : [],
      );
    expect(patterns.length).toBeGreaterThan(20);
    const known = unknown.filter(({ text }) => patterns.some((pattern) => pattern.test(text)));
    expect(known.map(({ name }) => name)).toEqual([]);
  });
});

describe('what must be shown of a text', () => {
  test('all of it, in one piece', () => {
    expect(partsOf('seven quartz\n  lanterns ')).toEqual(['seven quartz lanterns']);
    expect(partsOf(' \n')).toEqual([]);
  });

  test('not what a terminal obeys', () => {
    expect(partsOf('a \u001B[31mred\u001B[0m bell\u0007 rings \u202Eback')).toEqual([
      'a',
      'red',
      'bell',
      'rings',
      'back',
    ]);
  });

  test('not what is another in each run', () => {
    expect(partsOf('task 0123456789abcdef of PID 4711 failed: exit status 1', /[0-9a-f]{12,}|\d{3,}/u)).toEqual([
      'task',
      'of PID',
      'failed: exit status 1',
    ]);
  });

  test('what is wrapped is shown; another order, or a word that is missing, is not', () => {
    expect(missingParts(['seven quartz', 'lanterns hum'], 'x seven\n    quartz and lanterns   hum')).toEqual([]);
    expect(missingParts(['lanterns hum', 'seven quartz'], 'seven quartz lanterns hum')).toEqual(['seven quartz']);
    expect(missingParts(['seven quartz lanterns'], 'seven lanterns')).toEqual(['seven quartz lanterns']);
  });

  test('the sentence of the engine, without what the client adds', () => {
    const stderr =
      "docker: Error response from daemon: failed to create task:\n it broke: unknown.\nSee 'docker run --help'.\n";
    expect(engineSentence({ code: 125, stdout: '', stderr })).toBe('failed to create task: it broke: unknown');
    const newer = "docker: Error response from daemon: it broke\n\nRun 'docker run --help' for more information\n";
    expect(engineSentence({ code: 125, stdout: '', stderr: newer })).toBe('it broke');
    expect(engineSentence({ code: 125, stdout: '', stderr: 'Cannot connect to the Docker daemon.' })).toBe('');
  });
});

test('a terminal obeys control characters and marks of direction, not line ends', () => {
  expect(obeyed('two\n\tlines, hörten, 第三')).toBe(false);
  for (const text of ['\u001B[31m', '\u0007', '\r', '\u009B', '\u202E']) expect(obeyed(`a${text}b`)).toBe(true);
});

describe('what is claimed', () => {
  /** @param {number} code @param {string} state @param {string} [verdict] */
  const status = (code, state, verdict) =>
    statusClaim({ code, json: { state, verified: verdict === undefined ? null : { verdict } }, text: '' });
  /** @param {number} code @param {...string} words `id severity` */
  const doctor = (code, ...words) => {
    const findings = words.map((word) => {
      const [id = '', severity = ''] = word.split(' ');
      return { id, severity };
    });
    return doctorClaim({ code, json: { findings }, text: '' });
  };

  test('by status: that a container has run', () => {
    expect(status(0, 'running', 'yes')).toBe('fine');
    expect(status(0, 'foreign')).toBe('fine');
    expect(status(0, 'running', 'not-yet')).toBe('running, not-yet');
    expect(status(1, 'cannot-run', 'no')).toBe('cannot-run');
    expect(statusClaim({ code: 124, json: undefined, text: '' })).toBe('no report (124)');
  });

  test('by doctor: no error and no warning but those that are true of every sandbox', () => {
    expect(doctor(0)).toBe('fine');
    expect(doctor(0, 'log.not-recognised info', 'network.dns-of-daemon-missing warning')).toBe('fine');
    expect(doctor(0, 'daemon.x warning', 'daemon.y info')).toBe('daemon.x');
    expect(doctor(3)).toBe('exit status 3');
    expect(doctorClaim({ code: 124, json: undefined, text: '' })).toBe('no report (124)');
  });
});

/** @type {Unknown} */
const failure = {
  ...{ name: 'runc-reports', replaces: 'runc', when: 'before', how: 'garbage', breaks: 'run' },
  text: 'seven quartz lanterns declined',
};

const refused = {
  code: 125,
  stdout: '',
  stderr: 'docker: Error response from daemon: runc said: seven quartz lanterns declined: unknown.\n',
};
const ended = { code: 0, stdout: '', stderr: '' };

/** Of a failure that is told as it should be. @param {Partial<Observed>} change @returns {Observed} */
function observed(change = {}) {
  const no = { state: 'cannot-run', verified: { verdict: 'no' } };
  const findings = [{ id: 'daemon.containers-fail', severity: 'error' }];
  return {
    docker: { run: refused },
    start: { code: 1, stdout: '', stderr: 'runc said: seven quartz lanterns declined' },
    status: { code: 1, json: no, text: "Docker can't run containers" },
    doctor: { code: 1, json: { findings }, text: 'error' },
    log: '',
    ...change,
  };
}
const fineStatus = { code: 0, json: { state: 'running', verified: { verdict: 'yes' } }, text: '' };
const fineDoctor = { code: 0, json: { findings: [] }, text: '' };

describe('the verdict', () => {
  test('right: nobody says that all is well, and one of the three shows the text whole', () => {
    expect(judgeUnknown(failure, observed())).toEqual({
      ...{ name: 'runc-reports', failing: 'run', status: 'cannot-run', doctor: 'daemon.containers-fail' },
      ...{ shown: 'start', falseGreen: false, problems: [] },
    });
  });

  test.each([
    [{ status: fineStatus }, 'false green of status'],
    [{ doctor: fineDoctor }, 'false green of doctor'],
  ])('a false green: %j', (change, problem) => {
    expect(judgeUnknown(failure, observed(change))).toMatchObject({ falseGreen: true, problems: [problem] });
  });

  test('what does not fail is not made, and nothing that is said of it is a false green', () => {
    const healthy = observed({ docker: { run: ended }, status: fineStatus, doctor: fineDoctor });
    const { falseGreen, problems } = judgeUnknown(failure, healthy);
    expect(falseGreen).toBe(false);
    expect(problems).toContain('not made: nothing fails');
  });

  test('a missing image is another failure', () => {
    const stderr = `${refused.stderr}Unable to find image 'busybox:latest' locally`;
    const { problems } = judgeUnknown(failure, observed({ docker: { run: { ...refused, stderr } } }));
    expect(problems).toEqual(['not made: run fails']);
  });

  test('a port that fails because no container runs is another failure, where it is to fail alone', () => {
    const both = observed({ docker: { run: refused, publish: refused } });
    const publish = /** @type {Unknown} */ ({ ...failure, breaks: 'publish' });
    expect(judgeUnknown(publish, both).problems).toEqual(['not made: run publish fails']);
    expect(judgeUnknown({ ...publish, alone: false }, both).problems).toEqual([]);
    expect(judgeUnknown(publish, observed({ docker: { run: ended, publish: refused } })).problems).toEqual([]);
  });

  test('a text that is shown in part is not shown', () => {
    const start = { code: 1, stdout: '', stderr: 'runc said: seven quartz' };
    expect(judgeUnknown(failure, observed({ start }))).toMatchObject({
      shown: 'NOT',
      problems: ['text not shown: seven quartz lanterns declined'],
    });
  });

  test('what the program said in vain is not asked for: then it is the sentence of the engine', () => {
    const stderr = 'docker: Error response from daemon: stand-in-trial did not terminate: exit status 1: unknown.';
    const seen = observed({ docker: { run: { code: 125, stdout: '', stderr } }, start: ended });
    expect(expectedParts(failure, seen)).toEqual(['did not terminate: exit status 1: unknown']);
    expect(judgeUnknown(failure, seen).shown).toBe('NOT');
    expect(expectedParts({ ...failure, text: '' }, seen)).toEqual(['did not terminate: exit status 1: unknown']);
    const logged = { ...seen, log: 'level=error msg="seven quartz lanterns declined"' };
    expect(expectedParts(failure, logged)).toEqual(['seven quartz lanterns declined']);
    const silent = observed({ docker: { run: { code: 124, stdout: '', stderr: '' } }, start: ended });
    expect(judgeUnknown({ ...failure, text: '' }, silent)).toMatchObject({ shown: 'nothing was said', problems: [] });
  });

  test('a text with colours is found in a log that quotes them', () => {
    const colours = { ...failure, text: 'seven \u001B[31mquartz\u001B[0m lanterns' };
    const log = String.raw`level=error msg="seven \x1b[31mquartz\x1b[0m lanterns"`;
    const seen = observed({ docker: { run: ended }, start: ended, log });
    expect(expectedParts(colours, seen)).toEqual(['seven', 'quartz', 'lanterns']);
  });

  test('control characters that reach the terminal are a fault', () => {
    const start = { code: 1, stdout: '', stderr: 'seven quartz lanterns declined\u0007' };
    expect(judgeUnknown(failure, observed({ start })).problems).toEqual(['control characters in the output of start']);
  });

  test('the sum', () => {
    const right = judgeUnknown(failure, observed());
    const green = judgeUnknown(failure, observed({ status: fineStatus }));
    expect(sumUpUnknown([right, right, green])).toEqual({ good: 2, green: 1, words: '2 of 3, false green 1' });
  });
});
