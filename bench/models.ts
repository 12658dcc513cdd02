/** Six small networks, one per way of spending time in a training step, and the data that they train on. In Node and browser. */
import { compile } from '../src/compile/index';
import type { ModelPlan, TrainingPlan } from '../src/compile/plan';
import type { Dataset, PreparedData } from '../src/data/dataset';
import { findDataset, parseShipped } from '../src/data/datasets/index';
import { prepareData } from '../src/data/prepare';
import { createRandom } from '../src/data/random';
import { type ProjectTable, project } from '../src/lessons/project';

type Graph = Pick<ProjectTable, 'nodes' | 'wires'>;

export interface BenchModel {
  readonly name: string;
  readonly data: 'images' | 'text';
  readonly graph: Graph;
}

export interface BenchRun {
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
  readonly data: PreparedData;
  readonly parameters: number;
}

const CLASSES = 10;
const WORDS = 32;
const VOCABULARY = 1000;

/** A chain of nodes from an input to a classification output. */
function chain(
  ...parts: readonly (readonly [type: string, config?: ProjectTable['nodes'][0]['config']])[]
): Graph {
  const nodes = parts.map(([type, config = {}], index) => ({
    id: `n${index}`,
    type,
    config,
    at: [index, 0] as const,
  }));
  return { nodes, wires: nodes.slice(1).map(({ id }, index) => `n${index} > ${id}`) };
}

const conv = { kernelSize: [3, 3], padding: 'same', activation: 'relu' };
const tokens = ['tokens-input', { length: WORDS, vocabulary: VOCABULARY }] as const;

export const MODELS: readonly BenchModel[] = [
  {
    name: 'MLP',
    data: 'images',
    graph: chain(['image-input'], ['flatten'], ['dense', { units: 128 }], ['classification-output']),
  },
  {
    name: 'CNN',
    data: 'images',
    graph: chain(
      ['image-input'],
      ['conv-2d', { ...conv, filters: 16 }],
      ['max-pooling-2d'],
      ['conv-2d', { ...conv, filters: 32 }],
      ['max-pooling-2d'],
      ['flatten'],
      ['dense', { units: 64 }],
      ['classification-output'],
    ),
  },
  {
    name: 'CNN-BN',
    data: 'images',
    graph: chain(
      ['image-input'],
      ['conv-2d', { ...conv, filters: 16, activation: 'linear' }],
      ['batch-normalization'],
      ['activation', { activation: 'relu' }],
      ['max-pooling-2d'],
      ['separable-conv-2d', { ...conv, filters: 32 }],
      ['batch-normalization'],
      ['max-pooling-2d'],
      ['global-average-pooling'],
      ['classification-output'],
    ),
  },
  {
    name: 'LSTM',
    data: 'text',
    graph: chain(
      tokens,
      ['embedding', { dimension: 32 }],
      ['lstm', { units: 64 }],
      ['classification-output'],
    ),
  },
  {
    name: 'GRU',
    data: 'text',
    graph: chain(tokens, ['embedding', { dimension: 32 }], ['gru', { units: 64 }], ['classification-output']),
  },
  {
    name: 'Transformer',
    data: 'text',
    graph: chain(
      tokens,
      ['embedding', { dimension: 32 }],
      ['positional-embedding'],
      ['transformer-encoder', { heads: 4, feedForward: 128, repeat: 2, dropout: 0 }],
      ['global-average-pooling'],
      ['classification-output'],
    ),
  },
];

/**
 * What the engine trains when a user presses Train on this model: the real compiler and the real data layer. A browser, which
 * has no files to read, hands in the images.
 */
export function benchRun(
  model: BenchModel,
  batchSize: number,
  steps: number,
  dataset: Dataset = model.data === 'images' ? images() : text(),
): BenchRun {
  const training = { epochs: 10_000, batchSize, validationSplit: 0, testSplit: 0.1, seed: 1 };
  const doc = project({ name: model.name, dataset: dataset.schema.id, training, ...model.graph });
  const compiled = compile(doc, dataset.schema);
  const { plan, training: trainingPlan, data: spec } = compiled;
  if (!plan || !trainingPlan || !spec)
    throw new Error(`${model.name} does not compile: ${JSON.stringify(compiled.diagnostics)}`);
  const prepared = prepareData(dataset, spec);
  if (!prepared.ok) throw new Error(`${model.name}: ${JSON.stringify(prepared.problems)}`);
  const { rows } = prepared.value;
  // Whole batches only: the bare loop it is compared with has one fixed batch.
  const train = rows.train.slice(0, Math.min(steps, Math.floor(rows.train.length / batchSize)) * batchSize);
  return {
    plan,
    training: trainingPlan,
    data: { ...prepared.value, rows: { ...rows, train } },
    parameters: compiled.total.parameters,
  };
}

let fashion: Dataset | undefined;

function images(): Dataset {
  // Asked for at run time: a bundle for the browser must not import what only Node has.
  const { readFileSync } = process.getBuiltinModule('node:fs');
  fashion ??= parseImages(IMAGE_FILES.map((file) => new Uint8Array(readFileSync(`public/datasets/${file}`))));
  return fashion;
}

const FASHION = findDataset('fashion-mnist')!;

/** Under `public/datasets/`, in the order that `parseImages` takes them in. */
export const IMAGE_FILES = FASHION.files.map((file) => `${FASHION.id}/${file}`);

export function parseImages(files: readonly Uint8Array[]): Dataset {
  const parsed = parseShipped(FASHION, files);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

/** Texts of 32 random words in ten classes: nothing to learn, all of the work. */
function text(): Dataset {
  const random = createRandom(5);
  const pick = (below: number): number => Math.floor(random() * below);
  const rows = 4000;
  const classes = Array.from({ length: CLASSES }, (_, index) => `class ${index}`);
  const labels = Int32Array.from({ length: rows }, () => pick(CLASSES));
  return {
    schema: {
      id: 'words',
      title: { en: 'Words', zh: '词' },
      rows,
      columns: [
        {
          kind: 'text',
          name: 'text',
          maxWords: WORDS,
          medianWords: WORDS,
          distinctWords: VOCABULARY - 2,
          missing: 0,
        },
        {
          kind: 'category',
          name: 'label',
          classes,
          counts: classes.map((_, index) => labels.filter((label) => label === index).length),
          missing: 0,
        },
      ],
      target: 'label',
      sequence: null,
      fixedTestRows: 0,
    },
    columns: {
      text: {
        kind: 'text',
        values: Array.from({ length: rows }, () =>
          Array.from({ length: WORDS }, () => `w${pick(VOCABULARY - 2)}`).join(' '),
        ),
      },
      label: { kind: 'category', indices: labels },
    },
  };
}
