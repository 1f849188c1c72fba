/** @param {readonly unknown[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |`;

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly unknown[])[]} rows
 * @returns {string}
 */
export function markdownTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}
