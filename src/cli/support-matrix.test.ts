/** The committed support matrix is the one that the nodes give, and it leaves no node and no reason out. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NODE_TYPES, nodeType } from '../nodes/index';
import { expansionOf, MATRIX_FILE, supportMatrix } from './support-matrix';

it('docs/support-matrix.md is up to date (npx tsx src/cli/support-matrix.ts --write renews it)', () => {
  expect(readFileSync(MATRIX_FILE, 'utf8')).toBe(supportMatrix());
});

it('has a row for every node, and a class or a reason for each of its primitives in tfjs', () => {
  const rows = supportMatrix()
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  expect(rows.length).toBe(NODE_TYPES.length);
  for (const type of NODE_TYPES) {
    const line = rows.find((candidate) => candidate.startsWith(`| ${type.title.en} | ${type.family} |`));
    expect(line, type.type).toMatch(
      /\| [^|]+ \| [^|]+ \| (native|native or custom|custom|by expansion|unsupported)/,
    );
  }
});

it('expands a composite down to primitives', () => {
  const inner = expansionOf(nodeType('transformer-encoder')!).map(({ type }) => type);
  expect(inner).toContain('multi-head-attention');
  expect(inner).toContain('layer-normalization');
  expect(inner).not.toContain('transformer-encoder');
});
