/** What leaves as a tfjs model comes back: every starter, exported by the engine and imported again, is the same network. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../compile/index';
import { findDataset } from '../../data/datasets/index';
import { buildModel } from '../../engine/build-model';
import { exportTfjs } from '../../engine/export-tfjs';
import { loadWeights } from '../../engine/trained-model';
import { starters } from '../../lessons/starters/index';
import { importLayersModel } from './import';
import { weightsForPlan } from './weights-for-plan';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

test.each(starters.map((starter) => [starter.id, starter.document()] as const))('%s', async (_id, doc) => {
  const schema = findDataset(doc.meaning.dataset!.id)!.schema;
  const before = compile(doc, schema);
  const model = buildModel(tf, before.plan!, 1);
  const { modelJson, weights } = await exportTfjs(tf, model);
  const result = importLayersModel(modelJson, [{ name: 'model.weights.bin', data: weights }]);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  expect(result.diagnostics.filter(({ code }) => code !== 'input-size')).toEqual([]);

  // The file does not say which data the network is for; the columns are those of the first input again.
  const meaning = {
    ...result.doc.meaning,
    dataset: doc.meaning.dataset,
    nodes: { ...result.doc.meaning.nodes },
  };
  const inputs = Object.values(doc.meaning.nodes).filter((node) => node.type.endsWith('-input'));
  for (const node of Object.values(meaning.nodes)) {
    const original = inputs.find((each) => each.type === node.type);
    if (original) meaning.nodes[node.id] = { ...node, config: { ...original.config } };
  }
  const after = compile({ meaning }, schema);
  expect(after.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(after.total.parameters).toBe(before.total.parameters);
  expect(after.plan!.heads.map(({ target, loss }) => [target, loss])).toEqual(
    before.plan!.heads.map(({ target, loss }) => [target, loss]),
  );

  const twin = buildModel(tf, after.plan!, 2);
  expect(loadWeights(tf, twin, weightsForPlan(after.plan!, result.weights))).toEqual([]);
  const x = before.plan!.inputs.map(({ fact }) => {
    const shape = fact.shape.map((dim, axis) => (axis === 0 ? 3 : Number(dim)));
    return fact.dtype === 'int32'
      ? tf.randomUniform(shape, 0, 9, 'int32', 4)
      : tf.randomUniform(shape, 0, 1, 'float32', 4);
  });
  const [one, two] = [model, twin].map((each) =>
    each.predict(x).values.map((value) => [...value.dataSync()]),
  );
  expect(two).toEqual(one);
  model.dispose();
  twin.dispose();
});
