import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HelperEvent, HelperVerb } from '../../../src/helper/protocol';
import { runHelper, type HelperRun } from '../../../src/helper/run';

/** These test the runner, with small programs in the place of the helper and of sudo. */

let folder: string;
let program: string;
let sudo: string;

function script(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

function result(code: string, ok = true, verb = 'start'): string {
  return `echo '{"event":"result","ok":${String(ok)},"verb":"${verb}","code":"${code}","message":"m","cause":"","pid":0,"joined":false,"ms":1}'`;
}

const stepLine = `echo '{"event":"step","step":"daemon.launch","status":"started","detail":"d","ms":1}'`;

function options(more: Partial<HelperRun> = {}): HelperRun {
  return {
    terminal: false,
    facts: { uid: 0, userName: 'root', noNewPrivs: false, capabilityBound: 0x1ff_ffff_ffffn },
    environment: { ...process.env, NODE_OPTIONS: '--no-warnings', VSCODE_X: '1' },
    standIn: { program, sudo, trust: { trustedFrom: folder, trustedUid: process.getuid?.() ?? 0 } },
    timeoutMs: 10_000,
    graceMs: 2000,
    ...more,
  };
}

const alice: HelperRun['facts'] = {
  uid: 1000,
  userName: 'alice',
  noNewPrivs: false,
  capabilityBound: 0x1ff_ffff_ffffn,
};

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

function pidIn(name: string): number {
  return Number(readFileSync(join(folder, name), 'utf8').trim());
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('The condition did not come true within 5 s.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-'));
  program = join(folder, 'dind-helper');
  sudo = join(folder, 'sudo');
  // Answers as sudo does to a user with a rule: runs what stands after -n.
  script(sudo, 'shift; exec "$@"');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a run that gives a result', () => {
  test('reports each event in order, and keeps lines that are none apart', async () => {
    script(program, `${stepLine}; echo stray; ${result('started')}`);
    const events: HelperEvent[] = [];
    const text: string[] = [];
    const outcome = await runHelper(
      'start',
      options({ onEvent: (event) => events.push(event), onText: (line) => text.push(line) }),
    );
    expect(outcome).toMatchObject({ kind: 'result', result: { code: 'started' }, steps: [{ step: 'daemon.launch' }] });
    expect(events.map((event) => event.event)).toEqual(['step', 'result']);
    expect(text).toEqual(['stray']);
  });

  test('counts whatever the exit status is, and without a last newline', async () => {
    script(program, `${result('locked', false).replace('echo', "printf '%s'")}; exit 75`);
    expect(await runHelper('start', options())).toMatchObject({ kind: 'result', result: { code: 'locked' } });
  });

  test('passes exactly one argument, a fixed environment, no stdin and the root folder', async () => {
    script(
      program,
      `env | sort > ${folder}/env; echo "$# $*" > ${folder}/args; pwd > ${folder}/pwd; cat > ${folder}/stdin; ${result('started')}`,
    );
    await runHelper('start', options({ facts: alice }));
    const names = readFileSync(join(folder, 'env'), 'utf8')
      .split('\n')
      .map((line) => line.split('=')[0]);
    // The shell itself adds PWD, OLDPWD, SHLVL and _.
    const own = new Set(['PWD', 'OLDPWD', 'SHLVL', '_', '', 'PATH', 'LANG', 'HOME', 'TERM']);
    expect(names.filter((name) => name !== undefined && !own.has(name))).toEqual([]);
    expect(readFileSync(join(folder, 'args'), 'utf8')).toBe('1 start\n');
    expect(readFileSync(join(folder, 'pwd'), 'utf8')).toBe('/\n');
    expect(readFileSync(join(folder, 'stdin'), 'utf8')).toBe('');
  });

  test('an action is two arguments, as sudo lists them, and its result names both', async () => {
    script(program, `echo "$#,$1,$2" > ${folder}/args; ${result('applied', true, 'apply.close-socket')}`);
    const outcome = await runHelper('apply close-socket', options({ facts: alice }));
    expect(readFileSync(join(folder, 'args'), 'utf8')).toBe('2,apply,close-socket\n');
    expect(outcome).toMatchObject({ kind: 'result', result: { code: 'applied', verb: 'apply.close-socket' } });
  });

  test('does not wait for a daemon that kept the output open', async () => {
    script(program, `sleep 30 & echo $! > ${folder}/daemon; ${result('started')}`);
    const began = Date.now();
    const outcome = await runHelper('start', options());
    expect(outcome.kind).toBe('result');
    expect(Date.now() - began).toBeLessThan(1500);
    const daemon = pidIn('daemon');
    expect(isAlive(daemon)).toBe(true);
    process.kill(daemon, 'SIGKILL');
  });

  test('does not wait for a helper that will not exit after its result', async () => {
    script(program, `echo $$ > ${folder}/pid; ${result('started')}; exec sleep 30`);
    const outcome = await runHelper('start', options({ timeoutMs: 20_000 }));
    expect(outcome.kind).toBe('result');
    await until(() => !isAlive(pidIn('pid')));
  }, 8000);

  test('a failed start of a root without capabilities is a refusal, with its result', async () => {
    const cause = 'iptables: Permission denied (you must be root)';
    script(program, result('daemon-exited', false).replace('"cause":""', `"cause":"${cause}"`));
    const facts = { ...options().facts, capabilityBound: 0n };
    expect(await runHelper('start', options({ facts }))).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'no-capabilities' },
      result: { code: 'daemon-exited' },
    });
  });

  test('the verb logs prints text and needs no event', async () => {
    script(program, 'echo one; echo two');
    const text: string[] = [];
    const outcome = await runHelper('logs', options({ onText: (line) => text.push(line) }));
    expect(outcome).toMatchObject({ kind: 'result', result: { code: 'logs' } });
    expect(text).toEqual(['one', 'two']);
    expect((await runHelper('start', options())).kind).toBe('broken');
  });
});

describe('a run that gives none', () => {
  test('nothing installed', async () => {
    expect(await runHelper('start', options())).toEqual({ kind: 'not-installed', path: program });
    expect(await runHelper('start', options({ facts: alice }))).toEqual({
      kind: 'not-installed',
      path: program,
    });
  });

  test('no sudo', async () => {
    script(program, result('started'));
    rmSync(sudo);
    expect(await runHelper('start', options({ facts: alice }))).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'no-sudo' },
    });
  });

  test('sudo without a rule', async () => {
    script(program, result('started'));
    script(sudo, 'echo "sudo: a password is required" >&2; exit 1');
    expect(await runHelper('start', options({ facts: alice }))).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'no-rule' },
    });
  });

  test('no new privileges: sudo is not even run', async () => {
    script(program, result('started'));
    script(sudo, `touch ${folder}/ran`);
    const facts = { ...alice, noNewPrivs: true };
    expect(await runHelper('start', options({ facts }))).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'no-new-privileges' },
    });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('a helper that dies says how, and its last words', async () => {
    script(program, 'echo first >&2; echo "cannot fork" >&2; exit 2');
    expect(await runHelper('start', options())).toEqual({
      kind: 'broken',
      message: 'The Docker helper\'s "start" ended with exit status 2 and gave no result: cannot fork',
    });
    script(program, 'kill -9 $$');
    expect(await runHelper('start', options())).toMatchObject({ message: expect.stringContaining('SIGKILL') });
  });

  test('a file that is no program', async () => {
    writeFileSync(program, 'x', { mode: 0o644 });
    expect(await runHelper('start', options())).toMatchObject({
      kind: 'broken',
      message: expect.stringContaining('EACCES'),
    });
  });

  test('endless stderr is kept bounded, its end survives', async () => {
    script(program, 'head -c 3000000 /dev/zero | tr "\\0" x >&2; echo >&2; echo "the end" >&2; exit 1');
    const outcome = await runHelper('start', options());
    expect(outcome).toMatchObject({ message: expect.stringMatching(/no result: the end$/) });
  });
});

describe('a helper that others than root can change', () => {
  const ways = { 'by root': () => options(), 'through sudo': () => options({ facts: alice }) };
  const changes: [string, () => void, RegExp][] = [
    [
      'its program can be written by everybody',
      () => chmodSync(program, 0o757),
      /dind-helper can be written by everybody/,
    ],
    [
      'its folder can be written by everybody',
      () => chmodSync(folder, 0o757),
      /can be written by everybody \(mode 757\)/,
    ],
  ];
  // Only root can give a file away.
  if (process.getuid?.() === 0) {
    changes.push(["its program is a user's", () => chownSync(program, 1000, 0), /dind-helper belongs to user id 1000/]);
  }
  for (const [how, run] of Object.entries(ways)) {
    test.each(changes)(`is not run ${how}: %s`, async (_name, change, why) => {
      script(program, `touch ${folder}/ran; ${result('started')}`);
      script(sudo, `touch ${folder}/ran; shift; exec "$@"`);
      change();
      for (const verb of ['start', 'status', 'facts', 'logs', 'apply close-socket', 'reset-data', 'cancel'] as const) {
        expect(await runHelper(verb, run())).toMatchObject({
          kind: 'refused',
          refusal: { reason: 'untrusted-helper', message: expect.stringMatching(why), setUp: true },
        });
      }
      expect(existsSync(join(folder, 'ran'))).toBe(false);
    });
  }
});

describe('cancelling', () => {
  /** Ends with `cancelled` when the verb `cancel` asks it to, as the real helper does on SIGTERM. */
  const cancellable = (): void => {
    script(join(folder, 'last-words'), result('cancelled', false));
    script(
      program,
      `if [ "$1" = cancel ]; then kill -TERM "$(cat ${folder}/holder)"; exit 0; fi
trap '${folder}/last-words; exit 69' TERM
echo $$ > ${folder}/holder
${stepLine}
while :; do sleep 0.05; done`,
    );
  };

  test('asks through the verb and waits for the result', async () => {
    cancellable();
    const controller = new AbortController();
    const outcome = await runHelper(
      'start',
      options({
        facts: alice,
        signal: controller.signal,
        onEvent: (event) => event.event === 'step' && controller.abort(),
      }),
    );
    expect(outcome).toMatchObject({ kind: 'result', result: { code: 'cancelled', ok: false } });
    expect(isAlive(pidIn('holder'))).toBe(false);
  });

  test('never asks for a password, where the verb may', async () => {
    cancellable();
    script(sudo, `printf '%s\\n' "$1" >> ${folder}/asked; [ "$1" != -n ] || shift; exec "$@"`);
    const controller = new AbortController();
    const onEvent = (event: HelperEvent): void => void (event.event === 'step' && controller.abort());
    await runHelper('start', options({ facts: alice, terminal: true, signal: controller.signal, onEvent }));
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe(`${program}\n-n\n`);
  });

  test('a signal that was aborted before starts nothing', async () => {
    script(program, `touch ${folder}/ran; ${result('started')}`);
    expect(await runHelper('start', options({ signal: AbortSignal.abort() }))).toMatchObject({ kind: 'broken' });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('a helper deaf to it is killed with what it started, after the grace', async () => {
    script(
      program,
      `[ "$1" != cancel ] || exit 0
trap '' TERM
sleep 30 & echo $! > ${folder}/child
echo $$ > ${folder}/pid
${stepLine}
wait; sleep 30`,
    );
    const controller = new AbortController();
    const began = Date.now();
    const outcome = await runHelper(
      'start',
      options({ signal: controller.signal, graceMs: 300, onEvent: () => controller.abort() }),
    );
    expect(outcome).toMatchObject({
      kind: 'broken',
      message: expect.stringContaining('did not end when it was cancelled'),
    });
    expect(Date.now() - began).toBeLessThan(3000);
    await until(() => !isAlive(pidIn('pid')) && !isAlive(pidIn('child')));
  });

  test('a run over its time is cancelled and told so', async () => {
    script(
      program,
      `[ "$1" != cancel ] || { kill -9 "$(cat ${folder}/pid)"; exit 0; }\necho $$ > ${folder}/pid\nexec sleep 30`,
    );
    const outcome = await runHelper('start', options({ timeoutMs: 200 }));
    expect(outcome).toEqual({
      kind: 'broken',
      message: 'The Docker helper\'s "start" took longer than 0.2 s and was cancelled.',
    });
    expect(isAlive(pidIn('pid'))).toBe(false);
  });

  test('a verb that only reads is let go of, and cancels nobody', async () => {
    script(program, `[ "$1" != cancel ] || { touch ${folder}/cancelled; exit 0; }\nexec sleep 30`);
    for (const verb of ['facts', 'status', 'logs', 'reset-data-preview'] as const) {
      const outcome = await runHelper(verb, options({ timeoutMs: 200 }));
      expect(outcome.kind).toBe('broken');
    }
    expect(existsSync(join(folder, 'cancelled'))).toBe(false);
  });

  test('cancel itself is bounded, and does not cancel itself', async () => {
    script(program, `echo x >> ${folder}/calls; exec sleep 30`);
    const began = Date.now();
    const outcome = await runHelper('cancel', options({ timeoutMs: 200, graceMs: 100 }));
    expect(outcome.kind).toBe('broken');
    expect(Date.now() - began).toBeLessThan(2000);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('x\n');
  });
});

test('the environment and the argument list hold for every verb', async () => {
  script(program, `echo "$*" >> ${folder}/args; ${result('version')}`);
  const verbs: HelperVerb[] = ['start', 'stop', 'restart', 'status', 'cancel', 'version'];
  for (const verb of verbs) expect((await runHelper(verb, options())).kind).toBe('result');
  expect(readFileSync(join(folder, 'args'), 'utf8').trim().split('\n')).toEqual(verbs);
});
