#!/usr/bin/env node
// Writes the tables of commands and settings in the README from package.json; with --check only says whether they are so.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {{ title: string, category?: string }} Command */
/** @typedef {{ description?: string, markdownDescription?: string, default: unknown, scope: string, enum?: string[], enumDescriptions?: string[] }} Setting */
/** @typedef {{ contributes: { commands: Command[], configuration: { properties: Record<string, Setting> } } }} Manifest */

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (/** @type {string} */ name) => readFileSync(path(name), 'utf8');
const texts = /** @type {Record<string, string>} */ (JSON.parse(read('package.nls.json')));
/** @param {unknown} value */
const readable = (value) => (typeof value === 'string' ? (texts[/^%(.+)%$/u.exec(value)?.[1] ?? ''] ?? value) : value);
/** As the editor reads it: `%key%` stands for a text of `package.nls.json`. */
const { contributes } = /** @type {Manifest} */ (JSON.parse(read('package.json'), (_key, value) => readable(value)));

const commands = [
  '| command |',
  '| --- |',
  ...contributes.commands.map(({ title, category }) => `| ${category}: ${title} |`),
];

const settings = [
  '| setting | default | what it does |',
  '| --- | --- | --- |',
  ...Object.entries(contributes.configuration.properties).map(([key, setting]) => {
    const values = (setting.enum ?? [])
      .map((value, i) => ` \`${value}\`: ${setting.enumDescriptions?.[i] ?? ''}`)
      .join('');
    const about = setting.markdownDescription ?? setting.description ?? '';
    return `| \`${key}\` | \`${JSON.stringify(setting.default)}\` | ${about}${values} |`;
  }),
];

/** @param {string} text @param {string} name @param {readonly string[]} lines */
const fill = (text, name, lines) =>
  text.replace(
    new RegExp(`(<!-- ${name}: [^\\n]*-->\\n)[^]*?(<!-- end -->)`),
    (_, /** @type {string} */ head, /** @type {string} */ tail) => `${head}\n${lines.join('\n')}\n\n${tail}`,
  );

const before = readFileSync(path('README.md'), 'utf8');
const after = fill(fill(before, 'commands', commands), 'settings', settings);
// Prettier pads tables; what is compared is the words.
const words = (/** @type {string} */ text) => text.replace(/-{2,}/g, '--').replace(/ +/g, ' ');
if (words(after) === words(before)) {
  console.log('The tables in the README are what package.json says.');
} else if (process.argv.includes('--check')) {
  console.error('The tables in the README differ from package.json: run node tools/readme.mjs.');
  process.exitCode = 1;
} else {
  writeFileSync(path('README.md'), after);
  console.log('The tables in the README were written anew.');
}
