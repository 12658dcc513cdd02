/** Each remedy is an edit that can be made: the graph still compiles after it, and is as before after undo. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../compile/index';
import { findDataset } from '../../data/datasets/index';
import type { NonFinitePart } from '../../engine/run-event';
import { apply } from '../../graph/apply';
import type { GraphDoc } from '../../graph/document';
import { nodeId } from '../../graph/document';
import { digitsMlp } from '../../lessons/starters/digits-mlp';
import { nonFiniteMessages as words } from '../../messages/preflight';
import { nonFiniteRemedies } from './non-finite-remedies';

const { schema } = findDataset('digits')!;
const digits = digitsMlp.document();
const dense = Object.values(digits.meaning.nodes).find(({ type }) => type === 'dense')!;

const remedies = (part: NonFinitePart, doc: GraphDoc = digits) => {
  const compiled = compile(doc, schema);
  const failure = { kind: 'non-finite', epoch: 1, step: 1, node: dense.id, part } as const;
  return nonFiniteRemedies(doc, compiled, failure, nodeId(dense.id));
};

describe('remedies', () => {
  it('clips and normalises, each undoable', () => {
    const found = remedies('activations');
    expect(found.map(({ text }) => text)).toEqual([words.clip, words.normalize]);
    for (const { command } of found) {
      const { doc, inverse } = apply(digits, command);
      expect(compile(doc, schema).plan).not.toBeNull();
      expect(apply(doc, inverse).doc.meaning).toEqual(digits.meaning);
    }
    const clipped = apply(digits, found[0]!.command).doc;
    expect(clipped.meaning.training.clipping).toEqual({ kind: 'norm', limit: 1 });
    const normalized = apply(digits, found[1]!.command).doc;
    const wire = Object.values(normalized.meaning.edges).find(({ target }) => target.node === dense.id)!;
    expect(normalized.meaning.nodes[wire.source.node]!.type).toBe('layer-normalization');
  });

  it('does not offer again what is there', () => {
    let doc = digits;
    for (const { command } of remedies('gradients')) doc = apply(doc, command).doc;
    expect(remedies('gradients', doc)).toEqual([]);
  });

  it('has no use for clipping where the data itself is no number', () => {
    expect(remedies('data')).toEqual([]);
  });
});
