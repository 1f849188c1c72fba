// What the kernel's own texts say of this machine, as tables of name and value without the numbers that change from one
// moment to the next (ids, counters of packets): two of them can be compared.

/** @typedef {Record<string, string>} Table */

/**
 * The mount table (proc(5), mountinfo): which part of which file system is where, with which options, and how mounts pass
 * between it and others. Ids are left out; a peer group is named by the first mount in it.
 *
 * @param {string} mountinfo
 * @returns {Table} by place; a second mount at the same place is `PLACE (2)`, above the first
 */
export function mountTable(mountinfo) {
  const lines = mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '));
  /** @type {Map<string, string>} */
  const peers = new Map();
  for (const fields of lines) {
    const group = sharedGroup(fields);
    if (group !== undefined && !peers.has(group)) peers.set(group, fields[4] ?? '');
  }
  /** @type {Table} */
  const table = {};
  for (const fields of lines) {
    const end = fields.indexOf('-');
    const propagation = fields.slice(6, end).map((field) => {
      const [kind = '', group = ''] = field.split(':');
      return group === '' ? kind : `${kind}:${peers.get(group) ?? 'elsewhere'}`;
    });
    // The options of a file system that others use as well (size, inodes) are the file system's, not this mount's.
    const [type = '', source = ''] = fields.slice(end + 1);
    const how = propagation.length === 0 ? 'private' : propagation.join(' ');
    put(table, fields[4] ?? '', `${fields[3]} ${fields[5]} ${how} ${type} ${source}`);
  }
  return table;
}

/**
 * @param {readonly string[]} fields
 * @returns {string | undefined}
 */
function sharedGroup(fields) {
  return fields
    .slice(6, fields.indexOf('-'))
    .find((field) => field.startsWith('shared:'))
    ?.slice('shared:'.length);
}

/**
 * The rules as `iptables-save` prints them, without its comments and counters.
 *
 * @param {string} program what printed them
 * @param {string} text
 * @returns {Table} by program, table and line
 */
export function firewallTable(program, text) {
  /** @type {Table} */
  const table = {};
  let name = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) name = line.slice(1).trim();
    else if (/^[:-]/.test(line)) {
      const [, chain, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
      // A chain's policy is a value that can change; a rule is there or not, and may be there twice.
      if (chain === undefined) put(table, `${program} ${name} ${line.trim()}`, 'rule');
      else put(table, `${program} ${name} :${chain}`, policy ?? '-');
    }
  }
  return table;
}

/**
 * The rules as `nft list ruleset` prints them. Tables of the `iptables` programs are left to those.
 *
 * @param {string} text
 * @returns {Table} by table and line
 */
export function nftTable(text) {
  /** @type {Table} */
  const table = {};
  let name = '';
  for (const line of text.split('\n')) {
    const head = /^table (\S+ \S+) \{/.exec(line)?.[1];
    if (head !== undefined) {
      name = head;
      put(table, `nft ${name}`, 'table');
    } else if (line.trim() !== '' && line.trim() !== '}') {
      put(table, `nft ${name} ${line.trim().replace(/ counter packets \d+ bytes \d+/g, ' counter')}`, 'line');
    }
  }
  return table;
}

/**
 * What `find -printf '%p\t%y %U:%G %m %l\n'` prints, by path.
 *
 * @param {string} text
 * @returns {Table}
 */
export function fileTable(text) {
  /** @type {Table} */
  const table = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf('\t');
    if (at > 0) table[line.slice(0, at)] = line.slice(at + 1).trim();
  }
  return table;
}

/**
 * @param {Table} table
 * @param {string} name
 * @param {string} value
 */
function put(table, name, value) {
  let unused = name;
  for (let count = 2; unused in table; count += 1) unused = `${name} (${count})`;
  table[unused] = value;
}
