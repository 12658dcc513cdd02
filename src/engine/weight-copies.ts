/** Copies of all weights of a model, running averages included, in plan order: kept aside, put in place, saved and read again. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';
import type { SavedState } from './checkpoint';

export const allWeights = ({ layers }: Pick<BuiltModel, 'layers'>): tfjs.LayerVariable[] =>
  [...layers.values()].flatMap((layer) => layer.weights);

/** The caller disposes them. */
export const copyWeights = (tf: Tfjs, model: BuiltModel): tfjs.Tensor[] =>
  allWeights(model).map((weight) => tf.clone(weight.read()));

export function putWeights(model: BuiltModel, copies: readonly tfjs.Tensor[]): void {
  for (const [i, weight] of allWeights(model).entries()) weight.write(copies[i]!);
}

export async function saveCopies(copies: readonly tfjs.Tensor[]): Promise<SavedState['arrays']> {
  const arrays: Record<string, Float32Array> = {};
  for (const [i, copy] of copies.entries()) arrays[String(i)] = await copy.data<'float32'>();
  return arrays;
}

/** None where none were saved. */
export function readCopies(tf: Tfjs, model: BuiltModel, arrays: SavedState['arrays']): tfjs.Tensor[] {
  const weights = allWeights(model);
  return Object.keys(arrays).map((_, i) =>
    tf.tensor(arrays[String(i)] as Float32Array, weights[i]!.shape as number[]),
  );
}
