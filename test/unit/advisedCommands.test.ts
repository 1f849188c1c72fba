import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program';
import { rules } from '../../src/diagnosis/rules/allRules';
import { runningCauses, startCauses } from '../../src/host/logTable';
import { helperActions } from '../../src/helper/protocol';
import { healthyFacts } from './diagnosis/healthy';
import { accessCases } from './diagnosis/rules/access.cases';
import { engineCases } from './diagnosis/rules/engine.cases';
import { machineCases } from './diagnosis/rules/machine.cases';

const root = join(__dirname, '../..');

interface Command {
  readonly program: 'station' | 'helper' | 'rootless';
  readonly args: readonly string[];
}

/** Whether the command line of `dind-station` takes these arguments; nothing is done. */
function stationTakes(args: readonly string[]): boolean {
  const done = (): Promise<void> => Promise.resolve();
  const program = buildProgram(
    {
      ...{
        status: done,
        verify: done,
        lifecycle: done,
        logs: done,
        limits: done,
        doctor: done,
        fix: done,
        resetData: done,
      },
      ...{ report: done, print: () => undefined },
    },
    { version: '1', out: () => undefined, err: () => undefined },
  );
  try {
    program.parse(args, { from: 'user' });
    return true;
  } catch (error) {
    // Printing a help or the version is an end, too.
    return (error as { readonly exitCode?: number }).exitCode === 0;
  }
}

/** The helper judges its arguments first and then refuses everybody but root, so that it can be asked by nobody. */
function helperTakes(args: readonly string[]): boolean {
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const run = spawnSync('/bin/sh', [join(root, 'scripts/dind-helper'), ...args], { encoding: 'utf8', ...nobody });
  if (run.status === null || ![0, 64, 77].includes(run.status)) {
    throw new Error(`dind-helper ${args.join(' ')} ended with ${String(run.status)}: ${run.stdout}${run.stderr}`);
  }
  return run.status !== 64;
}

const rootlessVerbs = new Set(
  (/^ {2}((?:[a-z]+ \| )+[a-z]+)\)/m.exec(readFileSync(join(root, 'scripts/dind-rootless'), 'utf8'))?.[1] ?? '').split(
    ' | ',
  ),
);

const answers = new Map<string, boolean>();

function takes({ program, args }: Command): boolean {
  const key = [program, ...args].join(' ');
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = {
    station: () => stationTakes(args),
    helper: () => helperTakes(args),
    rootless: () => args.length === 1 && rootlessVerbs.has(args[0] ?? ''),
  }[program]();
  answers.set(key, answer);
  return answer;
}

test('the parsers refuse what is no command', () => {
  const refused: readonly Command[] = [
    { program: 'station', args: ['doctr'] },
    { program: 'station', args: ['fix'] },
    { program: 'station', args: ['logs', '--flow'] },
    { program: 'helper', args: ['install', '--user', 'coder'] },
    { program: 'helper', args: ['install'] },
    { program: 'helper', args: ['apply', 'no-such-action'] },
    { program: 'rootless', args: ['prepare'] },
  ];
  expect(refused.filter(takes)).toEqual([]);
});

describe('a command of ours that a remedy names is taken as it is', () => {
  /** All commands of a line for a shell that run a program of ours. */
  function ours(line: string): Command[] {
    return line.split(/\s*(?:\||;|&&)\s*/).flatMap((command) => {
      const [program = '', ...args] = command.replace(/^sudo /, '').split(/\s+/);
      const name = /^(?:\/usr\/local\/(?:lib\/dind-station|sbin)\/)?dind-(station|helper|rootless)$/.exec(program)?.[1];
      return name === undefined ? [] : [{ program: name as Command['program'], args }];
    });
  }

  test('in the findings of every case', () => {
    const commands = [...machineCases, ...engineCases, ...accessCases].flatMap(([id, found]) => {
      const verdict = rules.find((rule) => rule.id === id)?.judge(healthyFacts(found));
      const command = verdict !== undefined && 'remedy' in verdict ? verdict.remedy.command : '';
      return ours(command).map((one) => ({ id, ...one }));
    });
    expect(commands.length).toBeGreaterThan(15);
    expect(commands.filter((command) => !takes(command))).toEqual([]);
  });

  test('in the table of causes', () => {
    const commands = [...startCauses, ...runningCauses].flatMap(({ id, command }) =>
      ours(command).map((one) => ({ id, ...one })),
    );
    expect(commands.length).toBeGreaterThan(30);
    expect(commands.filter((command) => !takes(command))).toEqual([]);
  });
});

describe('a command of ours that a text names is taken', () => {
  /** Where a text speaks of a program and names no command to type. */
  const others = new Set([
    // The schema of reports.
    'helper does for it',
    // The rule for sudo and the note in its file: install.bats reads them.
    ...['helper $allowed', 'helper apply $allowed', 'helper install'],
  ]);

  /** What stands for the places in a text that are filled in: variables of both languages, and words in capitals. */
  function filled(word: string): string {
    return word
      .replace(/(?:ACTION|\$\{?(?:parts\.)?action\}?)$/, helperActions[0])
      .replace(/^\$\{(?:state\.)?verb\}$|^\$verb$/, 'status')
      .replace(/^([a-z-]+)\$\{.*$/, '$1')
      .replace(/^(?:[A-Z]{2,}|<[a-z]+>|\$\{[^}]*\}|\$[a-z]+)$/, 'some');
  }

  /** The words behind a program's name, up to the end of the sentence or of what is quoted. */
  function wordsOf(rest: string): string[] {
    return [...rest.matchAll(/ *(?!\.)((?:\$\{[^}]*\}|[^\s`'"|;,:()*&])+?)(?=\.?(?:[`'"|;,:()*&\s]|$))/gy)].map(
      ([, word = '']) => word,
    );
  }

  const folders: readonly [string, RegExp][] = [
    ['src', /\.ts$/],
    ['scripts', /(?:\.sh|\.tsv|dind-\w+|entrypoint\.sh)$/],
    ['docs', /\.md$/],
  ];
  const files = [
    'README.md',
    'SECURITY.md',
    'package.json',
    ...folders.flatMap(([folder, kind]) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && kind.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
    ),
  ];

  function textOf(file: string): string {
    const text = readFileSync(join(root, file), 'utf8');
    // A paragraph is wrapped anywhere; code has comments.
    if (file.endsWith('.md')) return text.replace(/(\S)\n(?! {4}|\n|[-#|>])/g, '$1 ');
    return text.replace(file.endsWith('.ts') ? /^\s*(?:\/\/|\*|\/\*).*$/gm : /^\s*#.*$/gm, '');
  }

  const named = files.flatMap((file) =>
    [
      ...textOf(file).matchAll(/(?<=^|[\s`'"(/])(?<!complete -c )dind-(station|helper|rootless) (?=[a-z$-])([^\n]*)/gm),
    ].map(([, program = '', rest = '']) => ({ file, program: program as Command['program'], words: wordsOf(rest) })),
  );

  test('and they are found', () => {
    expect(named.length).toBeGreaterThan(80);
  });

  test.each([...new Set(named.map(({ file }) => file))])('%s', (file) => {
    const refused = named
      .filter((one) => one.file === file)
      .filter(({ program, words }) => {
        if (others.has([program, ...words].join(' '))) return false;
        // What looks like an argument is one; the word behind may be one, or go on with the sentence.
        let least = 1;
        while (/^(?:-|\$|<|[A-Z]{2,}$|undo-)/.test(words[least] ?? '')) least += 1;
        const args = words.map(filled);
        return ![least, least + 1].some((count) => takes({ program, args: args.slice(0, count) }));
      });
    expect(refused.map(({ program, words }) => [program, ...words].join(' '))).toEqual([]);
  });
});
