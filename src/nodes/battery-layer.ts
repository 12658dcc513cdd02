/**
 * The part of the battery that builds layers and runs them: what a type says about shapes, weights and cost against what tfjs
 * really makes. tfjs is handed in, as everywhere in the core.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Dim, TensorFact } from '../graph/shape';
import type { BatteryCase, Tally } from './battery';
import type { BuildContext, EnsembleNodeType, LayerNodeType, Tfjs } from './define-node';
import { integer, type Random, seededRandom } from './random-config';

type Buildable = LayerNodeType | EnsembleNodeType;

/** Steps that stand for a named dimension when tensors are made. */
const NAMED_SIZE = 5;
const concrete = (dim: Dim): number => (typeof dim === 'number' ? dim : NAMED_SIZE);

interface Slot {
  readonly fact: TensorFact;
  readonly isMask: boolean;
  /** Steps per row that are real, from the mask of the first input. */
  readonly time: number | null;
}

/** Everything that goes into the layer, in order: the facts of all ports, then the mask where one is due. */
function slotsOf(type: Buildable, { inputs }: BatteryCase): readonly Slot[] {
  const facts = type.inputs.flatMap((port) => inputs[port.name] ?? []);
  const first = type.inputs[0] && inputs[type.inputs[0].name]?.[0];
  const source = (type.maskPort && inputs[type.maskPort]?.[0]) || first;
  const slots: Slot[] = facts.map((fact) => ({
    fact,
    isMask: false,
    time: fact.masked ? concrete(fact.shape[1]!) : null,
  }));
  if (type.usesMask && source?.masked) {
    const time = concrete(source.shape[1]!);
    slots.push({
      fact: { shape: ['batch', source.shape[1]!], dtype: 'float32', flow: 'sequence' },
      isMask: true,
      time,
    });
  }
  return slots;
}

export interface Built {
  readonly layer: tfjs.layers.Layer;
  readonly model: tfjs.LayersModel;
  readonly slots: readonly Slot[];
  readonly outputs: readonly TensorFact[];
}

function buildCase(tf: Tfjs, type: Buildable, testCase: BatteryCase, seed: number): Built {
  const context: BuildContext<never> = {
    tf,
    config: testCase.config as never,
    name: 'node',
    seed,
    inputs: testCase.inputs,
    outputs: testCase.outputs,
  };
  const layer = type.build(context);
  const slots = slotsOf(type, testCase);
  const inputs = slots.map(({ fact }) =>
    tf.input({
      shape: fact.shape.slice(1).map((dim) => (typeof dim === 'number' ? dim : null)),
      dtype: fact.dtype,
    }),
  );
  // In a tidy, as in the engine: some stock layers (LSTM with its forget bias) leave tensors behind while they build.
  let applied: tfjs.SymbolicTensor | tfjs.SymbolicTensor[] = [];
  tf.tidy(() => {
    applied = layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as
      | tfjs.SymbolicTensor
      | tfjs.SymbolicTensor[];
  });
  const outputs = type.outputs.map((port) => testCase.outputs[port.name]!);
  return { layer, model: tf.model({ inputs, outputs: [applied].flat() }), slots, outputs };
}

/** Numbers of the kind that flows there: small floats, probabilities for scores, ids below the vocabulary, 0 as padding. */
function makeTensors(tf: Tfjs, slots: readonly Slot[], batch: number, random: Random): tfjs.Tensor[] {
  // The first row is full, so that every step of the graph is seen.
  const lengths = Array.from({ length: batch }, (_, row) => (row === 0 ? 1 : random()));
  return slots.map(({ fact, isMask, time }) => {
    const shape = [batch, ...fact.shape.slice(1).map(concrete)];
    const size = shape.reduce((a, b) => a * b, 1);
    const perRow = size / batch;
    const isReal = (index: number): boolean => {
      if (time === null) return true;
      const step = Math.floor((index % perRow) / (perRow / time));
      return step < Math.max(1, Math.round(lengths[Math.floor(index / perRow)]! * time));
    };
    const values = Float32Array.from({ length: size }, (_, index) => {
      if (isMask) return isReal(index) ? 1 : 0;
      if (fact.dtype === 'int32')
        return isReal(index) ? integer(random, 1, Math.max(1, (fact.cardinality ?? 2) - 1)) : 0;
      return random() * 2 - 1;
    });
    if (fact.dtype === 'int32') return tf.tensor(Int32Array.from(values), shape, 'int32');
    const tensor = tf.tensor(values, shape);
    if (fact.flow !== 'scores') return tensor;
    const scores = tf.softmax(tensor);
    tensor.dispose();
    return scores;
  });
}

const shapeOf = (fact: TensorFact, batch: number | null, known: (dim: Dim) => number | null) => [
  batch,
  ...fact.shape.slice(1).map(known),
];
const numberOrNull = (dim: Dim): number | null => (typeof dim === 'number' ? dim : null);

/** inferShapes = symbolic shape in tfjs = shape of what comes out; also finite, of the announced type, and nothing left behind. */
export function checkShapes(tf: Tfjs, type: Buildable, testCase: BatteryCase, tally: Tally): void {
  const { title } = testCase;
  const before = tf.memory().numTensors;
  const { layer, model, slots, outputs } = buildCase(tf, type, testCase, 11);
  tally.same(
    model.outputs.map((output) => output.shape),
    outputs.map((fact) => shapeOf(fact, null, numberOrNull)),
    `${title}: symbolic shape`,
  );
  const random = seededRandom(5);
  for (const batch of [2, 3]) {
    const tensors = makeTensors(tf, slots, batch, random);
    const inside = tf.memory().numTensors;
    const results = [
      layer.apply(tensors.length === 1 ? tensors[0]! : tensors) as tfjs.Tensor | tfjs.Tensor[],
    ].flat();
    tally.same(tf.memory().numTensors - inside, results.length, `${title}: a forward pass leaks`);
    for (const [index, fact] of outputs.entries()) {
      const result = results[index]!;
      const expected = fact.shape
        .slice(1)
        .map((dim, axis) => (typeof dim === 'number' ? dim : result.shape[axis + 1]!));
      tally.same(result.shape, [batch, ...expected], `${title}: executed shape`);
      tally.same(result.dtype, fact.dtype, `${title}: executed type`);
      tally.holds(result.dataSync().every(Number.isFinite), `${title}: not finite`);
    }
    tf.dispose([tensors, results]);
  }
  model.dispose();
  tally.same(tf.memory().numTensors, before, `${title}: building leaks`);
}

/** `forward/kernel` → `kernel`: what an inner layer calls its weight. */
const lastPart = (name: string): string => name.split('/').at(-1)!;

/** The declared weights are the built ones: names in order, shapes, trainable or not. Same seed, same values. */
export function checkWeights(tf: Tfjs, type: Buildable, testCase: BatteryCase, tally: Tally): void {
  const { title, config, inputs, outputs, schema } = testCase;
  const { layer, model } = buildCase(tf, type, testCase, 11);
  const declared = type.weights({ config: config as never, inputs, outputs, schema });
  const trainable = new Set(layer.trainableWeights.map((weight) => weight.id));
  tally.same(
    new Set(declared.map(({ name }) => name)).size,
    declared.length,
    `${title}: two weights have one name`,
  );
  const built = layer.weights.map((weight) => ({
    name: lastPart(weight.originalName),
    shape: weight.shape,
    trainable: trainable.has(weight.id),
  }));
  tally.same(
    built,
    declared.map(({ name, shape, trainable }) => ({ name: lastPart(name), shape, trainable })),
    `${title}: weights`,
  );
  const parameters = declared.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  tally.same(layer.countParams(), parameters, `${title}: parameter count`);

  const values = (model: tfjs.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);
  const again = buildCase(tf, type, testCase, 11).model;
  tally.same(values(again), values(model), `${title}: the same seed gives other weights`);
  const other = buildCase(tf, type, testCase, 12).model;
  const isRandom = values(model).some((weight) => new Set(weight).size > 3);
  if (isRandom)
    tally.holds(
      JSON.stringify(values(other)) !== JSON.stringify(values(model)),
      `${title}: the seed is ignored`,
    );
  for (const m of [model, again, other]) m.dispose();
}

/** Multiply-adds counted again from the built kernels: output values × cells of the kernel that each one sees. */
const COUNTED: {
  readonly [type: string]: (
    weights: { readonly [name: string]: readonly number[] },
    output: readonly number[],
  ) => number;
} = {
  dense: ({ kernel }, output) => (product(output) / kernel!.at(-1)!) * product(kernel!),
  'conv-1d': ({ kernel }, output) => (product(output) / kernel!.at(-1)!) * product(kernel!),
  'conv-2d': ({ kernel }, output) => (product(output) / kernel!.at(-1)!) * product(kernel!),
  'depthwise-conv-2d': (w, output) => product(output.slice(0, 2)) * product(w['depthwise_kernel']!),
  'separable-conv-2d': (w, output) =>
    product(output.slice(0, 2)) * (product(w['depthwise_kernel']!) + product(w['pointwise_kernel']!)),
};
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

export function checkCost(tf: Tfjs, type: Buildable, testCase: BatteryCase, tally: Tally): void {
  const { title, config, inputs, outputs, schema } = testCase;
  const cost = type.multiplyAdds({ config: config as never, inputs, outputs, schema });
  tally.holds(Number.isSafeInteger(cost) && cost >= 0, `${title}: multiply-adds are ${cost}`);
  const count = COUNTED[type.type];
  if (!count) return;
  const { layer, model } = buildCase(tf, type, testCase, 11);
  const weights = Object.fromEntries(
    layer.weights.map((w) => [lastPart(w.originalName), w.shape as number[]]),
  );
  const output = outputs[type.outputs[0]!.name]!.shape.slice(1).map((dim) =>
    typeof dim === 'number' ? dim : 1,
  );
  tally.same(cost, count(weights, output), `${title}: multiply-adds`);
  model.dispose();
}

/** Every trainable weight moves in one step of gradient descent; the others keep what they were before the optimizer came. */
export function checkTraining(tf: Tfjs, type: Buildable, testCase: BatteryCase, tally: Tally): void {
  const { title } = testCase;
  const { layer, model, slots } = buildCase(tf, type, testCase, 11);
  if (layer.weights.length === 0) {
    model.dispose();
    return;
  }
  const random = seededRandom(23);
  const variables = new Map(layer.weights.map((weight) => [weight.id, weight]));
  const trainable = layer.trainableWeights.map((weight) => weight.id);
  const moved = new Set<number>();
  const optimizer = tf.train.sgd(0.1);
  // A dead relu or a mask can hide a weight from one batch; other weights and data must show it.
  for (let attempt = 0; attempt < 8 && moved.size < trainable.length; attempt++) {
    if (attempt > 0) shuffleWeights(tf, layer, random);
    const tensors = makeTensors(tf, slots, 3, random);
    const { grads, value } = tf.variableGrads(
      () =>
        loss(tf, [model.apply(tensors, { training: true }) as tfjs.Tensor | tfjs.Tensor[]].flat(), attempt),
      layer.trainableWeights.map((weight) => weight.read() as tfjs.Variable),
    );
    tally.holds(Number.isFinite(value.dataSync()[0]!), `${title}: loss is not finite`);
    const before = new Map([...variables].map(([id, weight]) => [id, weight.read().dataSync().slice()]));
    optimizer.applyGradients(grads);
    for (const [id, weight] of variables) {
      const after = weight.read().dataSync();
      const isSame = before.get(id)!.every((number, index) => number === after[index]);
      tally.holds(
        after.every(Number.isFinite),
        `${title}: ${weight.originalName} is not finite after a step`,
      );
      if (trainable.includes(id)) {
        if (!isSame) moved.add(id);
      } else
        tally.holds(isSame, `${title}: the optimizer moved ${weight.originalName}, which is not trainable`);
    }
    tf.dispose([tensors, grads, value]);
  }
  for (const weight of layer.trainableWeights) {
    if (moved.has(weight.id)) continue;
    tally.holds(
      !matters(tf, model, slots, weight),
      `${title}: ${weight.originalName} matters and never moves`,
    );
  }
  optimizer.dispose();
  model.dispose();
}

/** A quadratic pull towards numbers that differ from value to value, so that no symmetry hides a gradient. */
function loss(tf: Tfjs, results: readonly tfjs.Tensor[], attempt: number): tfjs.Scalar {
  const parts = results.map((result) => {
    const wanted = tf.sin(tf.range(0, result.size).add(attempt).mul(1.7)).mul(2).reshape(result.shape);
    return tf.mean(tf.square(tf.sub(tf.cast(result, 'float32'), wanted)));
  });
  return parts.reduce((sum, part) => tf.add(sum, part)) as tfjs.Scalar;
}

function shuffleWeights(tf: Tfjs, layer: tfjs.layers.Layer, random: Random): void {
  for (const weight of layer.trainableWeights) {
    const shape = weight.shape as number[];
    const values = Float32Array.from({ length: product(shape) }, () => (random() - 0.5) * 2);
    const tensor = tf.tensor(values, shape);
    weight.write(tensor);
    tensor.dispose();
  }
}

/** Whether the output depends on a weight at all (softmax over one value does not, nor does a kernel cell over padding). */
function matters(
  tf: Tfjs,
  model: tfjs.LayersModel,
  slots: readonly Slot[],
  weight: tfjs.layers.Layer['weights'][number],
): boolean {
  return tf.tidy(() => {
    const tensors = makeTensors(tf, slots, 3, seededRandom(29));
    const run = () =>
      [model.predict(tensors) as tfjs.Tensor | tfjs.Tensor[]].flat().map((t) => [...t.dataSync()]);
    const before = run();
    weight.write(tf.add(weight.read(), tf.randomUniform(weight.shape as number[], 0.1, 1, 'float32', 31)));
    const after = run();
    return before.some((values, output) =>
      values.some((value, index) => Math.abs(value - after[output]![index]!) > 1e-6),
    );
  });
}

/** Saved as JSON and loaded by tfjs, the model predicts the same; and the layer is of the class that the emit rule names. */
export async function checkSerialisation(
  tf: Tfjs,
  type: Buildable,
  testCase: BatteryCase,
  tally: Tally,
): Promise<void> {
  const { title } = testCase;
  const { layer, model, slots } = buildCase(tf, type, testCase, 11);
  const rule = type.emit.tfjs;
  if (rule.kind !== 'unsupported') {
    const variants = rule.kind === 'native' ? (rule.variants ?? []).map((variant) => variant.className) : [];
    // A layer of ours may stand in for the stock one while training (`Weft>Dropout`): same config, same predictions.
    const names = [rule.className, `Weft>${rule.className}`, ...variants];
    tally.holds(
      names.includes(layer.getClassName()),
      `${title}: builds ${layer.getClassName()}, emits ${names.join(' or ')}`,
    );
  }
  const loaded = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as string));
  loaded.setWeights(model.getWeights());
  const tensors = makeTensors(tf, slots, 2, seededRandom(37));
  // While training too: a rate that is lost on the way shows only there, and our random layers repeat themselves.
  for (const training of [false, true]) {
    const run = (m: tfjs.LayersModel) =>
      [
        m.apply(tensors.length === 1 ? tensors[0]! : tensors, { training }) as tfjs.Tensor | tfjs.Tensor[],
      ].flat();
    const [mine, theirs] = [run(model), run(loaded)];
    for (const [index, tensor] of mine.entries()) {
      const what = `${title}: ${training ? 'training output' : 'prediction'} after loading`;
      tally.same([...theirs[index]!.dataSync()], [...tensor.dataSync()], what);
    }
    tf.dispose([mine, theirs]);
  }
  tf.dispose(tensors);
  model.dispose();
  loaded.dispose();
}
