/**
 * `ModelPlan` → tfjs, by the functional API: one model that gives logits (for the loss) and one that gives predictions (for
 * use and export) over the same layers. The weights live until `dispose`. No training and no data here.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { ModelPlan, PlanHead, PlanId, PlanNode, ValueRef } from '../compile/plan';
import type { Shape } from '../graph/shape';
import { isStepSeeded } from '../nodes/core/dropout-layer';
import type { EnsembleNodeType, LayerNodeType, NodeType, Tfjs } from '../nodes/define-node';
import { nodeType } from '../nodes/index';
import { layerSeed } from './layer-seed';
import { paddingMask } from './padding-mask';

type Layer = tfjs.layers.Layer;

export interface HeadOutputs {
  /** One per head of the plan. */
  readonly values: readonly tfjs.Tensor[];
  /** float32 [b, t], 1 = counts; null where every step of the head does. */
  readonly masks: readonly (tfjs.Tensor | null)[];
}

/**
 * Sees the outputs of each input and node during a forward pass, in plan order, and gives what goes on to the nodes after it;
 * 'stop' ends the pass there.
 */
export type Tap = (id: PlanId, outputs: readonly tfjs.Tensor[]) => readonly tfjs.Tensor[] | 'stop';

export interface BuiltModel {
  readonly plan: ModelPlan;
  /** Inputs → logits of each head. */
  readonly trainModel: tfjs.LayersModel;
  /** Inputs → prediction of each head; this is what leaves the app. */
  readonly predictModel: tfjs.LayersModel;
  /** By plan id, in plan order. */
  readonly layers: ReadonlyMap<PlanId, Layer>;
  readonly parameters: number;
  /** Logits. Call inside a tidy. */
  forward(inputs: readonly tfjs.Tensor[], training: boolean, tap?: Tap): HeadOutputs;
  /** Predictions. Call inside a tidy. */
  predict(inputs: readonly tfjs.Tensor[]): HeadOutputs;
  /** Weights move only in these nodes (and only in those that the user has not frozen). */
  setTrainable(ids: 'all' | readonly PlanId[]): void;
  /** Variables that move, in plan order. */
  trainableVariables(): tfjs.Variable[];
  /** Layers draw the random numbers of their `step`th training call. */
  seekStep(step: number): void;
  /** The first node whose output has a NaN or an infinity for these inputs; null when all are finite. */
  firstNonFinite(inputs: readonly tfjs.Tensor[]): PlanId | null;
  dispose(): void;
}

/** Throws what tfjs throws: a plan out of the compiler fits, so a refusal is a bug or a lack of memory. */
export function buildModel(tf: Tfjs, plan: ModelPlan, seed: number): BuiltModel {
  const layers = new Map<PlanId, Layer>();
  const freeWeights = () => {
    for (const layer of layers.values()) for (const weight of layer.weights) weight.dispose();
  };
  try {
    // Some initializers of tfjs (the LSTM's bias) leave temporary tensors behind; variables outlive a tidy.
    let model: BuiltModel | undefined;
    tf.tidy(() => {
      model = assemble(tf, plan, seed, layers, freeWeights);
    });
    return model!;
  } catch (error) {
    freeWeights();
    throw error;
  }
}

function assemble(
  tf: Tfjs,
  plan: ModelPlan,
  seed: number,
  layers: Map<PlanId, Layer>,
  freeWeights: () => void,
): BuiltModel {
  const graph = new SymbolicGraph(tf);
  const inputs = plan.inputs.map(({ id, name, fact }) => {
    const input = tf.input({ name, shape: dims(fact.shape).slice(1), dtype: fact.dtype });
    graph.set({ node: id, port: 'output' }, input);
    return input;
  });
  for (const node of plan.nodes) {
    const { layer, type } = buildLayer(tf, node, seed);
    layers.set(node.id, layer);
    const args = portValues(
      type,
      node,
      (ref) => graph.get(ref),
      (ref) => graph.mask(ref),
    );
    const outputs = asList(layer.apply(args) as tfjs.SymbolicTensor | tfjs.SymbolicTensor[]);
    for (const [at, port] of type.outputs.entries())
      graph.set({ node: node.id, port: port.name }, outputs[at]!);
  }
  const trainModel = tf.model({
    name: 'train',
    inputs,
    outputs: unique(plan.heads.map((head) => graph.get(head.logits))),
  });
  const predictModel = tf.model({
    name: 'model',
    inputs,
    outputs: unique(plan.heads.map((head) => graph.get(head.prediction))),
  });
  // Not `model.apply`: outside training tfjs frees a tensor too early when one layer takes it twice (tfjs 4.22, executor.ts
  // counts such a reader once and discounts it twice).
  const all = instructions(plan, layers);
  const forLogits = needed(
    all,
    plan.heads.map(({ logits }) => logits),
  );
  const evaluate = (
    tensors: readonly tfjs.Tensor[],
    training: boolean,
    wanted: (head: PlanHead) => ValueRef,
    steps: readonly Instruction[],
    tap?: Tap,
  ): HeadOutputs => {
    const { valueAt, maskAt } = execute(tf, plan, steps, tensors, training, tap);
    return {
      values: plan.heads.map((head) => valueAt(wanted(head))),
      masks: plan.heads.map(({ mask }) => mask && maskAt(mask)),
    };
  };

  const setTrainable = (ids: 'all' | readonly PlanId[]) => {
    for (const { id, trainable } of plan.nodes) {
      layers.get(id)!.trainable = trainable && (ids === 'all' || ids.includes(id));
    }
  };
  setTrainable('all');
  const weights = [...layers.values()].flatMap((layer) => layer.weights);
  return {
    plan,
    trainModel,
    predictModel,
    layers,
    parameters: weights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0),
    forward: (tensors, training, tap) => evaluate(tensors, training, (head) => head.logits, forLogits, tap),
    predict: (tensors) => evaluate(tensors, false, (head) => head.prediction, all),
    setTrainable,
    trainableVariables: () =>
      [...layers.values()].flatMap((layer) =>
        layer.trainableWeights.map((weight) => weight.read() as tfjs.Variable),
      ),
    seekStep(step) {
      for (const layer of layers.values()) if (isStepSeeded(layer)) layer.step = step;
    },
    firstNonFinite: (tensors) => firstNonFinite(tf, plan, all, tensors),
    dispose: freeWeights,
  };
}

/** Symbolic tensors by the value that they stand for, and one padding mask per token input. */
class SymbolicGraph {
  readonly #tf: Tfjs;
  readonly #values = new Map<string, tfjs.SymbolicTensor>();
  readonly #masks = new Map<string, tfjs.SymbolicTensor>();

  constructor(tf: Tfjs) {
    this.#tf = tf;
  }

  set(ref: ValueRef, value: tfjs.SymbolicTensor): void {
    this.#values.set(keyOf(ref), value);
  }

  get(ref: ValueRef): tfjs.SymbolicTensor {
    const value = this.#values.get(keyOf(ref));
    if (!value) throw new Error(`Plan: ${keyOf(ref)} is used before it is made`);
    return value;
  }

  mask(ref: ValueRef): tfjs.SymbolicTensor {
    const key = keyOf(ref);
    let mask = this.#masks.get(key);
    if (!mask) {
      const ids = this.get(ref);
      const layer = new (paddingMask(this.#tf))({ name: `${ids.sourceLayer.name}_mask` });
      mask = layer.apply(ids) as tfjs.SymbolicTensor;
      this.#masks.set(key, mask);
    }
    return mask;
  }
}

type PrimitiveType = LayerNodeType | EnsembleNodeType;

function primitiveType(node: PlanNode): PrimitiveType {
  const type: NodeType | undefined = nodeType(node.type);
  if (type?.kind !== 'layer' && type?.kind !== 'ensemble') {
    throw new Error(`Plan: expected a primitive. Received: ${node.type} at ${node.id}`);
  }
  return type;
}

function buildLayer(tf: Tfjs, node: PlanNode, seed: number): { layer: Layer; type: PrimitiveType } {
  const type = primitiveType(node);
  const layer = type.build({
    tf,
    // The compiler has parsed it by the fields of this type.
    config: node.config as never,
    name: node.name,
    seed: layerSeed(seed, node.id),
    inputs: node.inputFacts,
    outputs: node.outputs,
  });
  if (layer.getClassName() === 'BatchNormalization') freezeStatistics(layer);
  return { layer, type };
}

/**
 * A frozen BatchNormalization predicts: it uses its running averages and leaves them alone, as in Keras. tfjs would go on
 * normalising by the batch.
 */
function freezeStatistics(layer: Layer): void {
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => call(inputs, layer.trainable ? kwargs : { ...kwargs, training: false });
}

/** The arguments of a layer: all ports in declared order, wires in their order, the mask last; a lone one without a list. */
function portValues<T>(
  type: PrimitiveType,
  node: PlanNode,
  valueAt: (ref: ValueRef) => T,
  maskAt: (ref: ValueRef) => T,
): T | T[] {
  const values = type.inputs.flatMap((port) => (node.inputs[port.name] ?? []).map(valueAt));
  if (node.mask) values.push(maskAt(node.mask));
  return single(values);
}

interface Executed {
  valueAt(ref: ValueRef): tfjs.Tensor;
  maskAt(ref: ValueRef): tfjs.Tensor;
}

/** One layer of the plan, ready to be run: a small model spends more time on looking things up than on arithmetic. */
interface Instruction {
  readonly id: PlanId;
  readonly layer: Layer;
  /** Keys of the values that go in, in the order of `portValues`, and of the ids that the mask is made from. */
  readonly inputs: readonly string[];
  readonly mask: ValueRef | null;
  readonly outputs: readonly string[];
}

const instructions = (plan: ModelPlan, layers: ReadonlyMap<PlanId, Layer>): readonly Instruction[] =>
  plan.nodes.map((node) => {
    const type = primitiveType(node);
    return {
      id: node.id,
      layer: layers.get(node.id)!,
      inputs: type.inputs.flatMap(({ name }) => (node.inputs[name] ?? []).map(keyOf)),
      mask: node.mask,
      outputs: type.outputs.map(({ name }) => keyOf({ node: node.id, port: name })),
    };
  });

/** Those that lead to the values wanted: a training step needs no softmax after its logits. */
function needed(all: readonly Instruction[], wanted: readonly ValueRef[]): readonly Instruction[] {
  const keys = new Set(wanted.map(keyOf));
  const used = all.toReversed().filter(({ inputs, mask, outputs }) => {
    if (!outputs.some((key) => keys.has(key))) return false;
    for (const key of inputs) keys.add(key);
    if (mask) keys.add(keyOf(mask));
    return true;
  });
  return used.toReversed();
}

/** Runs the layers one by one, in plan order. Call inside a tidy. */
function execute(
  tf: Tfjs,
  plan: ModelPlan,
  steps: readonly Instruction[],
  inputs: readonly tfjs.Tensor[],
  training: boolean,
  tap: Tap = (_, outputs) => outputs,
): Executed {
  const values = new Map<string, tfjs.Tensor>();
  const masks = new Map<string, tfjs.Tensor>();
  const valueAt = (ref: ValueRef) => values.get(keyOf(ref))!;
  const maskAt = (ref: ValueRef) => {
    const key = keyOf(ref);
    const mask = masks.get(key) ?? tf.cast(tf.notEqual(valueAt(ref), 0), 'float32');
    masks.set(key, mask);
    return mask;
  };
  for (const [at, { id }] of plan.inputs.entries()) {
    const outputs = tap(id, [inputs[at]!]);
    if (outputs === 'stop') return { valueAt, maskAt };
    values.set(keyOf({ node: id, port: 'output' }), outputs[0]!);
  }
  for (const { id, layer, inputs, mask, outputs: keys } of steps) {
    const args = inputs.map((key) => values.get(key)!);
    if (mask) args.push(maskAt(mask));
    const made = asList(layer.apply(single(args), { training }) as tfjs.Tensor | tfjs.Tensor[]);
    const outputs = tap(id, made);
    if (outputs === 'stop') break;
    for (let at = 0; at < keys.length; at += 1) values.set(keys[at]!, outputs[at]!);
  }
  return { valueAt, maskAt };
}

/** In training mode, as the failed step was. */
function firstNonFinite(
  tf: Tfjs,
  plan: ModelPlan,
  steps: readonly Instruction[],
  inputs: readonly tfjs.Tensor[],
): PlanId | null {
  // x · 0 is 0, or NaN where x is not finite, and a NaN survives the sum.
  const allFinite = (tensor: tfjs.Tensor) =>
    tf.sum(tf.mul(tf.cast(tensor, 'float32'), 0)).dataSync()[0] === 0;
  let found: PlanId | null = null;
  tf.tidy(() => {
    execute(tf, plan, steps, inputs, true, (id, outputs) => {
      if (outputs.every(allFinite)) return outputs;
      found = id;
      return 'stop';
    });
  });
  return found;
}

const keyOf = (ref: ValueRef): string => `${ref.node}:${ref.port}`;
const dims = (shape: Shape): (number | null)[] => shape.map((dim) => (typeof dim === 'number' ? dim : null));
const asList = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
const single = <T>(values: readonly T[]): T | T[] => (values.length === 1 ? values[0]! : [...values]);
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
