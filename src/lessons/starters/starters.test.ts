/** Every starter opens, compiles without a diagnostic, survives its file, is built, exported and learns. New ones are picked up by the index. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../compile/index';
import type { TrainingPlan } from '../../compile/plan';
import type { PreparedData } from '../../data/dataset';
import { findDataset, parseShipped } from '../../data/datasets/index';
import { prepareData } from '../../data/prepare';
import { type ChosenBackend, chooseBackend } from '../../engine/backend';
import { buildModel } from '../../engine/build-model';
import { evaluate } from '../../engine/evaluate';
import { exportTfjs } from '../../engine/export-tfjs';
import { run } from '../../engine/run';
import { RunControl } from '../../engine/run-control';
import { nodeBackendEnv, tf } from '../../engine/tf-node';
import { parseDocument } from '../../graph/parse';
import { serialise } from '../../graph/serialise';
import { nodeType } from '../../nodes/index';
import { starters } from './index';

const here = dirname(fileURLToPath(import.meta.url));

let backend: ChosenBackend;
beforeAll(async () => {
  backend = await chooseBackend(tf, 'wasm', nodeBackendEnv);
  expect(backend.name).toBe('wasm');
});

it('each file of this folder is in the index, and the first is what a new user sees', () => {
  const files = readdirSync(here).filter((name) => /^[a-z0-9-]+\.ts$/.test(name) && name !== 'index.ts');
  expect(starters.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
  expect(starters[0]!.id).toBe('fashion-cnn');
});

describe.each(starters.map((starter) => [starter.id, starter] as const))('%s', (_id, starter) => {
  const doc = starter.document();
  const descriptor = findDataset(doc.meaning.dataset!.id)!;
  const { plan, training, data, diagnostics, shapes } = compile(doc, descriptor.schema);

  it('is a fresh document each time', () => {
    expect(starter.document()).not.toBe(doc);
    expect(starter.document()).toEqual(doc);
  });

  it('has words in both languages', () => {
    for (const text of [starter.title, starter.summary, starter.topic]) {
      expect(text.en.trim()).not.toBe('');
      expect(text.zh).toMatch(/\p{Script=Han}/u);
    }
  });

  it('compiles without a diagnostic against its data set, and is laid out without overlap', () => {
    expect(diagnostics).toEqual([]);
    const inner = Object.values(doc.meaning.nodes).filter(({ type }) => nodeType(type)!.outputs.length > 0);
    expect(shapes.size).toBe(inner.length);
    const places = Object.keys(doc.meaning.nodes).map((id) => doc.layout.positions[id]!);
    for (const [a, first] of places.entries()) {
      for (const second of places.slice(a + 1)) {
        expect(Math.abs(first.x - second.x) >= 200 || Math.abs(first.y - second.y) >= 100).toBe(true);
      }
    }
  });

  it('survives its own file', () => {
    const parsed = parseDocument(serialise(doc));
    expect(parsed).toEqual({ ok: true, doc, diagnostics: [] });
  });

  it('is exported as stock tfjs with all its weights', async () => {
    const model = buildModel(tf, plan!, 1);
    const { modelJson, weights } = await exportTfjs(tf, model);
    const { format, weightsManifest } = JSON.parse(modelJson);
    expect(format).toBe('layers-model');
    expect(weights.byteLength).toBe(4 * model.parameters);
    const sizes = weightsManifest[0].weights.map(({ shape }: { shape: number[] }) =>
      shape.reduce((a, b) => a * b, 1),
    );
    expect(sizes.reduce((a: number, b: number) => a + b, 0)).toBe(model.parameters);
    model.dispose();
  });

  it('learns: two epochs over a few of its own rows lowers every loss on them', async () => {
    const files = descriptor.files.map(
      (file) => new Uint8Array(readFileSync(join(here, '../../../public/datasets', descriptor.id, file))),
    );
    const parsed = parseShipped(descriptor, files);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const prepared = prepareData(parsed.value, data!);
    if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
    const rows = prepared.value.rows.train.slice(0, 16);
    const few: PreparedData = {
      ...prepared.value,
      rows: { train: rows, validation: new Int32Array(0), test: new Int32Array(0) },
    };
    const model = buildModel(tf, plan!, 1);
    const losses = async () => {
      const { heads } = (await evaluate({ tf, model, data: few, split: 'train', batchSize: 16 }))!;
      return heads.map(({ measures }) => measures['loss']!);
    };
    const before = await losses();
    const [phase] = training!.phases;
    const short: TrainingPlan = {
      ...training!,
      batchSize: 8,
      phases: [{ ...phase!, epochs: 2, earlyStopping: null }],
    };
    const kinds: string[] = [];
    for await (const event of run({
      tf,
      model,
      training: short,
      data: few,
      control: new RunControl(),
      backend,
    }))
      kinds.push(event.kind);
    expect(kinds.at(-1)).toBe('done');
    const after = await losses();
    expect(after.length).toBe(plan!.heads.length);
    for (const [head, loss] of after.entries()) expect(loss).toBeLessThan(before[head]!);
    model.dispose();
  });
});
