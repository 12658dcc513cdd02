/** For tests of single nodes: builds a node's layer as the engine does, inside a model, and runs numbers through it. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Config } from '../../graph/document';
import type { TensorFact } from '../../graph/shape';
import type { NodeType, Tfjs } from '../define-node';
import { defaultConfig } from '../fields';

export interface Given {
  readonly config?: Config;
  readonly inputs: { readonly [port: string]: readonly TensorFact[] };
  readonly seed?: number;
}

/** Config completed by the defaults. */
export const completed = (type: NodeType, config: Config = {}): Config => ({
  ...(defaultConfig(type.fields) as Config),
  ...config,
});

/** Where the padding mask of these inputs comes from: the named port when it has a wire, else the first one. */
function maskFact(type: NodeType, inputs: Given['inputs']): TensorFact | null {
  if (type.kind !== 'layer' || !type.usesMask) return null;
  const named = type.maskPort && inputs[type.maskPort]?.[0];
  const fact = named || inputs[type.inputs[0]!.name]![0]!;
  return fact.masked ? fact : null;
}

/** The layer in a model of its own; inputs in the order of the ports, then the mask. */
export function modelOf(tf: Tfjs, type: NodeType, { config, inputs, seed = 7 }: Given): tfjs.LayersModel {
  if (type.kind !== 'layer' && type.kind !== 'ensemble') throw new Error(`${type.type} has no layer`);
  const complete = completed(type, config) as never;
  const inferred = type.inferShapes({ config: complete, inputs, schema: null });
  if (!inferred.ok) throw new Error(JSON.stringify(inferred.problems));
  const layer = type.build({
    tf,
    config: complete,
    name: 'under_test',
    seed,
    inputs,
    outputs: inferred.outputs,
  });
  const symbol = (fact: TensorFact): tfjs.SymbolicTensor =>
    tf.input({
      shape: fact.shape.slice(1).map((dim) => (typeof dim === 'number' ? dim : null)),
      dtype: fact.dtype,
    });
  const symbols = type.inputs.flatMap((port) => inputs[port.name] ?? []).map(symbol);
  const masked = maskFact(type, inputs);
  if (masked) symbols.push(tf.input({ shape: [masked.shape[1] as number] }));
  const output = layer.apply(symbols.length === 1 ? symbols[0]! : symbols) as tfjs.SymbolicTensor;
  return tf.model({ inputs: symbols, outputs: output });
}

/** Runs a model once, frees the tensors and gives the numbers. */
export function run(
  model: tfjs.LayersModel,
  inputs: readonly tfjs.Tensor[],
  training = false,
): { readonly shape: number[]; readonly values: Float32Array } {
  const output = model.apply(inputs.length === 1 ? inputs[0]! : [...inputs], { training }) as tfjs.Tensor;
  const result = { shape: output.shape, values: output.dataSync<'float32'>().slice() };
  output.dispose();
  return result;
}

/** Largest absolute difference. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i]! - b[i]!);
    if (!(gap <= largest)) largest = gap;
  }
  return largest;
}

/**
 * Largest gap between the gradients of Σ y·tanh(y) that tfjs gives for the weights and central differences (step 1e-2, float32),
 * over up to `perWeight` entries of each weight.
 */
export function gradientGap(
  tf: Tfjs,
  model: tfjs.LayersModel,
  inputs: readonly tfjs.Tensor[],
  training = false,
  perWeight = 6,
): number {
  const loss = (): tfjs.Scalar => {
    const y = model.apply(inputs.length === 1 ? inputs[0]! : [...inputs], { training }) as tfjs.Tensor;
    return tf.sum(tf.mul(y, tf.tanh(y)));
  };
  const variables = model.trainableWeights.map((weight) => weight.read() as tfjs.Variable);
  const { grads, value } = tf.variableGrads(loss, variables);
  value.dispose();
  let largest = 0;
  for (const variable of variables) {
    const analytic = grads[variable.name]!.dataSync();
    const original = variable.dataSync<'float32'>().slice();
    const stride = Math.max(1, Math.floor(original.length / perWeight));
    for (let i = 0; i < original.length; i += stride) {
      const at = (shift: number): number => {
        const moved = original.slice();
        moved[i]! += shift;
        return tf.tidy(() => {
          variable.assign(tf.tensor(moved, variable.shape));
          return loss().dataSync()[0]!;
        });
      };
      const numeric = (at(1e-2) - at(-1e-2)) / 2e-2;
      largest = Math.max(largest, Math.abs(numeric - analytic[i]!));
    }
    tf.tidy(() => variable.assign(tf.tensor(original, variable.shape)));
  }
  tf.dispose(grads);
  return largest;
}

/** Writes the model as JSON, reads it back with the same weights. */
export async function reloaded(tf: Tfjs, model: tfjs.LayersModel): Promise<tfjs.LayersModel> {
  type ModelJson = Parameters<typeof tf.models.modelFromJSON>[0];
  const copy = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as string) as ModelJson);
  copy.setWeights(model.getWeights());
  return copy;
}
