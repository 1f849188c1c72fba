// JUnit's XML, as vitest, Mocha and our own checks write it: read and written here and nowhere else.
import { basename } from 'node:path';
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

/**
 * One test as a report has it. `detail` is what the report says about a failure or a skip.
 * @typedef {object} Case
 * @property {string} file name of the file it is in, without folders; empty where there is none
 * @property {string} [path] the same with its folders, where the report has it
 * @property {string} name
 * @property {'passed' | 'failed' | 'skipped'} status
 * @property {number} seconds
 * @property {string} detail
 */

/** @typedef {{ readonly name: string, readonly cases: readonly Case[], readonly seconds: number }} Suite */

/** @typedef {{ [tag: string]: XmlNode[] | string | undefined }} XmlNode */

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  // Every element is a list, so that one test is read as two are.
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
  alwaysCreateTextNode: true,
  // Numbers of characters, as `&#39;`.
  htmlEntities: true,
});

/**
 * The tests of a report, in its order.
 *
 * @param {string} xml
 * @returns {{ cases: Case[], broken: string }} `broken`: why it is not a whole report; empty when it is one
 */
export function readJunit(xml) {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) return { cases: [], broken: `line ${valid.err.line}: ${valid.err.msg}` };
  const document = /** @type {XmlNode} */ (parser.parse(xml));
  const suites = [
    ...nodes(document, 'testsuites').flatMap((node) => nodes(node, 'testsuite')),
    ...nodes(document, 'testsuite'),
  ];
  if (suites.length === 0 && nodes(document, 'testsuites').length === 0)
    return { cases: [], broken: 'it has no testsuite' };
  return { cases: suites.flatMap(casesOf), broken: '' };
}

/**
 * @param {XmlNode} suite
 * @returns {Case[]}
 */
function casesOf(suite) {
  const own = nodes(suite, 'testcase').map((node) => {
    const failed = [...nodes(node, 'failure'), ...nodes(node, 'error')];
    const skipped = nodes(node, 'skipped');
    const told = failed[0] ?? skipped[0];
    /** @type {Case['status']} */
    const status = failed.length > 0 ? 'failed' : skipped.length > 0 ? 'skipped' : 'passed';
    const className = attribute(node, 'classname');
    const isPath = /\.\w+$/.test(className) && !className.includes(' ');
    return {
      // vitest puts the file there, Mocha the title of the suite.
      file: isPath ? basename(className) : className,
      ...(isPath && className.includes('/') && { path: className }),
      name: attribute(node, 'name'),
      status,
      seconds: Number(attribute(node, 'time')) || 0,
      detail: told === undefined ? '' : (text(told) || attribute(told, 'message')).trim(),
    };
  });
  return [...own, ...nodes(suite, 'testsuite').flatMap(casesOf)];
}

/** @param {XmlNode} node @param {string} tag @returns {XmlNode[]} */
function nodes(node, tag) {
  const found = node[tag];
  return Array.isArray(found) ? found.filter((one) => typeof one === 'object') : [];
}

/** @param {XmlNode} node @param {string} name */
function attribute(node, name) {
  const value = node[`@${name}`];
  return typeof value === 'string' ? value : '';
}

/** @param {XmlNode} node */
function text(node) {
  const value = node['#text'];
  return typeof value === 'string' ? value : '';
}

/**
 * One report of all suites, as any CI reads it.
 *
 * @param {readonly Suite[]} suites
 */
export function writeJunit(suites) {
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true });
  const count = (/** @type {readonly Case[]} */ cases, /** @type {Case['status']} */ status) =>
    cases.filter((one) => one.status === status).length;
  const numbers = (/** @type {readonly Case[]} */ cases, /** @type {number} */ seconds) => ({
    '@tests': String(cases.length),
    '@failures': String(count(cases, 'failed')),
    '@errors': '0',
    '@skipped': String(count(cases, 'skipped')),
    '@time': seconds.toFixed(3),
  });
  const all = suites.flatMap(({ cases }) => cases);
  const total = suites.reduce((sum, { seconds }) => sum + seconds, 0);
  const document = {
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      '@name': 'dind-station',
      ...numbers(all, total),
      testsuite: suites.map(({ name, cases, seconds }) => ({
        '@name': printable(name),
        ...numbers(cases, seconds),
        testcase: cases.map((one) => ({
          '@classname': printable(one.file === '' ? name : one.file),
          '@name': printable(one.name),
          '@time': one.seconds.toFixed(3),
          ...(one.status === 'failed' && {
            failure: { '@message': printable(one.detail.split('\n')[0] ?? ''), '#text': printable(one.detail) },
          }),
          ...(one.status === 'skipped' && { skipped: { '@message': printable(one.detail) } }),
        })),
      })),
    },
  };
  return builder.build(document);
}

/**
 * XML has no way to write most control characters, and what a test printed has colours.
 * @param {string} value
 */
function printable(value) {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return value.replace(/\u001B\[[\d;]*[A-Za-z]/g, '').replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '\uFFFD');
}
