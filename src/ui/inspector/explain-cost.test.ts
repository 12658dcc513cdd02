/** The terms shown in the inspector add up to the compiler's count, for every node of every starter, broken or whole. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../compile/index';
import { findDataset } from '../../data/datasets/index';
import { apply } from '../../graph/apply';
import type { GraphDoc } from '../../graph/document';
import { starters } from '../../lessons/starters/index';
import { explainParameters } from './explain-cost';

const schemaOf = (doc: GraphDoc) => findDataset(doc.meaning.dataset!.id)!.schema;

function sums(doc: GraphDoc) {
  const schema = schemaOf(doc);
  const compiled = compile(doc, schema);
  return Object.values(doc.meaning.nodes).map((node) => {
    const primitives = explainParameters(node, doc.meaning, compiled, schema);
    const sum = primitives?.reduce(
      (total, primitive) =>
        total + primitive.times * primitive.weights.reduce((part, weight) => part + weight.count, 0),
      0,
    );
    return { id: node.id, sum, counted: compiled.costs.get(node.id)!.parameters };
  });
}

describe.each(starters)('$id', (starter) => {
  it('explains every parameter', () => {
    for (const { id, sum, counted } of sums(starter.document())) expect(sum, id).toBe(counted);
  });
});

it('names kernel and bias with their shapes', () => {
  const doc = starters.find((starter) => starter.id === 'fashion-cnn')!.document();
  const conv = Object.values(doc.meaning.nodes).find((node) => node.type === 'conv-2d')!;
  const schema = schemaOf(doc);
  const [only] = explainParameters(conv, doc.meaning, compile(doc, schema), schema)!;
  expect(only!.weights.map(({ name, shape, count }) => ({ name, shape, count }))).toEqual([
    { name: 'kernel', shape: [3, 3, 1, 16], count: 144 },
    { name: 'bias', shape: [16], count: 16 },
  ]);
});

it('still explains a layer whose graph is broken elsewhere', () => {
  const whole = starters.find((starter) => starter.id === 'fashion-cnn')!.document();
  const head = Object.values(whole.meaning.nodes).find((node) => node.type === 'classification-output')!;
  const { doc } = apply(whole, { kind: 'removeNode', node: head.id });
  expect(compile(doc, schemaOf(doc)).plan?.heads ?? []).toEqual([]);
  const conv = sums(doc).find(({ id }) => doc.meaning.nodes[id]!.type === 'conv-2d')!;
  expect(conv.sum).toBe(160);
});
