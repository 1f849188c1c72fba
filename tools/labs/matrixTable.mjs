import { markdownTable } from '../lib/markdownTable.mjs';
import { excerpt } from '../lib/run.mjs';

/** @typedef {import('./matrixPlaces.mjs').Place} Place */

/**
 * One finding of `test/bed/matrix/cell`.
 * @typedef {object} Finding
 * @property {'start' | 'doctor' | 'memory' | 'cpu' | 'pids' | 'outer' | 'restart' | 'kill-9' | 'image-store'} proof
 * @property {'ok' | 'silent' | 'enforced' | 'kept' | 'unsupported' | 'alarm' | 'not-enforced' | 'refused' | 'lost' | 'error'} verdict
 * @property {string} why
 */

/**
 * One engine in one place.
 * @typedef {object} Cell
 * @property {string} engine
 * @property {string} cgroups
 * @property {string} nesting
 * @property {Finding[]} findings
 */

/** @type {readonly Finding['verdict'][]} */
const good = ['ok', 'silent', 'enforced', 'kept'];
const columns = /** @type {const} */ ([
  'start',
  'doctor',
  'memory',
  'cpu',
  'pids',
  'outer',
  'restart',
  'kill-9',
  'image-store',
]);

/**
 * What a place printed, as cells. One that has no finding ended early: that is a finding too.
 *
 * @param {Place} place
 * @param {import('../lib/run.mjs').RunResult} result
 * @returns {Cell[]}
 */
export function readCells(place, { code, stdout, stderr }) {
  /** @type {Cell[]} */
  const cells = place.nestings.map((nesting) => ({
    engine: place.engine,
    cgroups: place.cgroups,
    nesting,
    findings: [],
  }));
  /** @type {Cell | undefined} */
  let cell;
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{')) continue;
    const read = /** @type {{ nesting: string } | Finding} */ (JSON.parse(line));
    if ('nesting' in read) cell = cells.find(({ nesting }) => nesting === read.nesting);
    else cell?.findings.push(read);
  }
  const words = excerpt(stderr.trim() === '' ? stdout : stderr);
  for (const { findings } of cells) {
    if (findings.length === 0) {
      findings.push({ proof: 'start', verdict: 'error', why: `ended with status ${code} before it began: ${words}` });
    }
  }
  const last = cells.at(-1);
  if (code !== 0 && last !== undefined && last.findings.every(({ verdict }) => verdict !== 'error')) {
    last.findings.push({ proof: 'kill-9', verdict: 'error', why: `ended with status ${code}: ${words}` });
  }
  return cells;
}

/** Not prepared by us: there to be seen, and not judged. @param {Cell} cell */
const isBefore = ({ nesting }) => nesting.endsWith('-naive');

/**
 * @param {readonly Cell[]} cells
 * @returns {{ passed: number, failed: number, unsupported: number, words: string }}
 */
export function sumUp(cells) {
  const verdicts = cells.flatMap((cell) => {
    const all = cell.findings.map(({ verdict }) => verdict);
    // One that was not measured shows nothing, prepared or not.
    return isBefore(cell) ? all.filter((verdict) => verdict === 'error') : all;
  });
  const passed = verdicts.filter((verdict) => good.includes(verdict)).length;
  const unsupported = verdicts.filter((verdict) => verdict === 'unsupported').length;
  const failed = verdicts.length - passed - unsupported;
  return { passed, failed, unsupported, words: `${passed} held, ${failed} did not, ${unsupported} not in this kernel` };
}

/**
 * The cells as a table, and below it why for each that is not as it should be, or was not before our preparation.
 *
 * @param {readonly Cell[]} cells
 * @returns {string} Markdown
 */
export function table(cells) {
  const head = ['engine', 'cgroup', 'nesting', ...columns];
  /** @type {string[]} */
  const reasons = [];
  const rows = cells.map((cell) => {
    const words = columns.map((proof) => {
      const finding = cell.findings.find((one) => one.proof === proof);
      if (finding === undefined) return '';
      if (!good.includes(finding.verdict)) {
        reasons.push(`- ${cell.engine} ${cell.cgroups} ${cell.nesting}, ${proof} ${finding.verdict}: ${finding.why}`);
      }
      return finding.verdict;
    });
    return [cell.engine, cell.cgroups, cell.nesting, ...words];
  });
  return [markdownTable(head, rows), ...(reasons.length > 0 ? ['', 'Why:', '', ...reasons] : [])].join('\n');
}
