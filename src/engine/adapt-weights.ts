/**
 * The weights of an earlier run in an edited model: those of the same name and shape as they are, widened ones with the old values
 * in their place, and new layers between old ones as the identity where they can be. What is new then leaves the outputs as they were
 * (Chen, Goodfellow and Shlens: Net2Net, 2016, with zeros in place of their copied units), so that training goes on instead of anew.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { PlanId, PlanNode } from '../compile/plan';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';
import { fitWeights, namedVariables } from './trained-model';
import type { Adapted, KeptWeights, NamedWeight } from './weights';

interface Weight {
  readonly name: string;
  readonly variable: tfjs.LayerVariable;
}

/** Kernels [..., in, out] and vectors [out]; gates side by side (recurrent layers) have no such last axis. */
const WIDENED = [
  'Dense',
  'Conv1D',
  'Conv2D',
  'Conv3D',
  'Embedding',
  'BatchNormalization',
  'LayerNormalization',
];
/** Nodes that mix positions and channels, so that wider input lands elsewhere. */
const MIXES = ['flatten', 'reshape', 'permute'];

export function adaptWeights(tf: Tfjs, model: BuiltModel, weights: readonly NamedWeight[]): KeptWeights {
  const given = new Map(weights.map((weight) => [weight.name, weight]));
  const kept = fitWeights(tf, model, weights);
  const nodes: Record<PlanId, Adapted> = {};
  const all = namedVariables(model);
  for (const node of model.plan.nodes) {
    const layer = model.layers.get(node.id)!;
    const own = all.filter(({ variable }) => layer.weights.includes(variable));
    if (own.length > 0) nodes[node.id] = adaptLayer(tf, model, node, layer.getClassName(), own, given);
  }
  return { ...kept, nodes };
}

function adaptLayer(
  tf: Tfjs,
  model: BuiltModel,
  node: PlanNode,
  className: string,
  weights: readonly Weight[],
  given: ReadonlyMap<string, NamedWeight>,
): Adapted {
  const before = weights.map(({ name }) => given.get(name));
  if (weights.every(({ variable }, i) => before[i] && isSameShape(variable, before[i]))) return 'kept';
  if (before.every((weight) => weight === undefined))
    return isIdentityPossible(node, className, weights) ? beIdentity(tf, weights) : 'fresh';
  const fit = weights.every(({ variable }, i) => before[i] && isWider(variable, before[i]));
  if (!fit || !WIDENED.includes(className)) return 'fresh';
  const growsInput = weights.some(({ variable }, i) => {
    const shape = variable.shape as number[];
    return className !== 'Embedding' && shape.length > 1 && shape.at(-2)! > before[i]!.shape.at(-2)!;
  });
  if (growsInput && isMixed(model, node)) return 'fresh';
  for (const [i, { variable }] of weights.entries())
    widen(tf, variable, before[i]!, className !== 'Embedding');
  return 'widened';
}

const isSameShape = (variable: tfjs.LayerVariable, { shape }: NamedWeight): boolean =>
  variable.shape.length === shape.length && variable.shape.every((dim, i) => dim === shape[i]);

const isWider = (variable: tfjs.LayerVariable, { shape }: NamedWeight): boolean =>
  variable.shape.length === shape.length && variable.shape.every((dim, i) => dim! >= shape[i]!);

function isMixed({ plan }: BuiltModel, node: PlanNode): boolean {
  const sources = Object.values(node.inputs).flatMap((refs) => refs.map((ref) => ref.node));
  return sources.some((id) => MIXES.includes(plan.nodes.find((each) => each.id === id)?.type ?? ''));
}

/** Old values in the corner; rows for new inputs are zero (they say nothing yet), columns for new outputs as they were drawn. */
function widen(tf: Tfjs, variable: tfjs.LayerVariable, before: NamedWeight, hasInputs: boolean): void {
  const shape = variable.shape as number[];
  const values = variable.read().dataSync<'float32'>().slice();
  const old = before.shape;
  const inputAxis = hasInputs && shape.length > 1 ? shape.length - 2 : -1;
  const index = new Array<number>(shape.length).fill(0);
  for (let at = 0; at < values.length; at += 1) {
    let from = 0;
    let isOld = true;
    for (const [axis, dim] of index.entries()) {
      from = from * old[axis]! + dim;
      if (dim >= old[axis]!) isOld = false;
    }
    if (isOld) values[at] = before.values[from]!;
    else if (inputAxis >= 0 && index[inputAxis]! >= old[inputAxis]!) values[at] = 0;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] = index[axis]! + 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  tf.tidy(() => {
    variable.write(tf.tensor(values, shape, 'float32'));
  });
}

/** y = x: a square kernel, an odd window that keeps the size, and an activation that changes nothing (ReLU: of what is not negative). */
function isIdentityPossible(node: PlanNode, className: string, weights: readonly Weight[]): boolean {
  const { activation, padding, strides } = node.config;
  if (activation !== 'linear' && activation !== 'relu') return false;
  const kernel = weights[0]!.variable.shape as number[];
  if (kernel.length < 2 || kernel.at(-1) !== kernel.at(-2)) return false;
  if (className === 'Dense') return kernel.length === 2;
  const isConvolution = className === 'Conv1D' || className === 'Conv2D';
  const isStill = [strides].flat().every((stride) => stride === undefined || stride === 1);
  return (
    isConvolution && padding === 'same' && isStill && kernel.slice(0, -2).every((size) => size % 2 === 1)
  );
}

function beIdentity(tf: Tfjs, [kernel, ...rest]: readonly Weight[]): Adapted {
  const shape = kernel!.variable.shape as number[];
  const channels = shape.at(-1)!;
  const values = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
  const centre = (values.length / channels ** 2 - 1) / 2;
  for (let c = 0; c < channels; c += 1) values[(centre * channels + c) * channels + c] = 1;
  tf.tidy(() => {
    kernel!.variable.write(tf.tensor(values, shape, 'float32'));
    for (const { variable } of rest) variable.write(tf.zeros(variable.shape as number[]));
  });
  return 'identity';
}
