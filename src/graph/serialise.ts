/**
 * A document as the text of a project file. One node, wire, position or setting per line and keys in a fixed order, so that a
 * one-line edit is a one-line difference in version control and equal documents give equal bytes.
 */
import type { GraphDoc } from './document';
import type { Json } from './json';

export function serialise(doc: GraphDoc): string {
  const { meaning, layout } = doc;
  const lines = [
    '{',
    `  "format": "weft",`,
    `  "version": ${doc.version},`,
    `  "name": ${line(doc.name)},`,
    `  "meaning": {`,
    `    "dataset": ${line(meaning.dataset)},`,
    `    "training": ${table(meaning.training)},`,
    `    "nodes": ${table(meaning.nodes)},`,
    `    "edges": ${table(meaning.edges)}`,
    '  },',
    `  "layout": {`,
    `    "positions": ${table(layout.positions)},`,
    `    "frames": ${table(layout.frames)},`,
    `    "notes": ${table(layout.notes)}`,
    '  }',
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

/** An object over several lines, one entry each, sorted as people count: `dense-2` before `dense-10`. */
function table(entries: object): string {
  const keys = Object.keys(entries).sort(byNumberWithin);
  if (keys.length === 0) return '{}';
  const rows = keys.map(
    (key) => `      ${JSON.stringify(key)}: ${line((entries as { [key: string]: unknown })[key])}`,
  );
  return `{\n${rows.join(',\n')}\n    }`;
}

/** Keys that say what a thing is come first; all others in alphabetical order. */
const FIRST = ['id', 'type', 'typeVersion', 'title', 'source', 'target', 'node', 'port', 'x', 'y'];
const rank = (key: string): number => (FIRST.indexOf(key) + FIRST.length + 1) % (FIRST.length + 1);

function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value as { [key: string]: Json | undefined })
    .filter(([, child]) => child !== undefined)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([key, child]) => `${JSON.stringify(key)}: ${line(child)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Not `localeCompare`, whose order differs between machines. */
function byNumberWithin(a: string, b: string): number {
  const left = /^(.*?)(\d*)$/.exec(a)!;
  const right = /^(.*?)(\d*)$/.exec(b)!;
  if (left[1] !== right[1]) return left[1]! < right[1]! ? -1 : 1;
  return Number(left[2]) - Number(right[2]) || (a < b ? -1 : a > b ? 1 : 0);
}
