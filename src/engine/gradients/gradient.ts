/** What the gradients of this folder are made of: tfjs's registry entry, and two small helpers. */
import type { NamedAttrMap, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Tfjs } from '../../nodes/define-node';

export type GradConfig = Parameters<Tfjs['registerGradient']>[0];
/** Which entries of tfjs's gradient registry a file gives. */
export type Gradients = (tf: Tfjs) => readonly GradConfig[];

export interface Entry {
  readonly inputs?: readonly string[];
  /** Which outputs are saved after the inputs. */
  readonly outputs?: readonly boolean[];
  /** One function per input, called only where somebody needs that input's gradient. */
  readonly gradient: (
    dy: Tensor,
    saved: readonly Tensor[],
    attrs: NamedAttrMap,
  ) => { [input: string]: () => Tensor };
}

/** `dy` is that of the first output; the others of the kernels here are indices. */
export function entry(kernelName: string, { inputs = [], outputs = [], gradient }: Entry): GradConfig {
  return {
    kernelName,
    inputsToSave: [...inputs],
    outputsToSave: [...outputs],
    gradFunc: (dy, saved, attrs) => gradient(Array.isArray(dy) ? dy[0]! : dy, saved, attrs),
  };
}

/** tfjs takes no other type than float32 for a gradient, also that of an integer or a boolean. */
export const zeros = (tf: Tfjs, like: Tensor): Tensor => tf.zeros(like.shape, 'float32');

/** Adds up over the axes along which an operand of the shape was repeated. */
export function unbroadcast(tf: Tfjs, dy: Tensor, shape: number[]): Tensor {
  const missing = dy.rank - shape.length;
  const axes = dy.shape.flatMap((size, axis) =>
    axis < missing || (shape[axis - missing] === 1 && size !== 1) ? [axis] : [],
  );
  return axes.length === 0 ? dy : tf.reshape(tf.sum(dy, axes), shape);
}

/** Row i of the result is the sum of the value rows whose place is i. */
export function sumRows(tf: Tfjs, values: Tensor2D, places: Tensor1D, rows: number): Tensor {
  // tfjs's cpu kernel for sums of segments passes over all values once per segment; writing adds up as well.
  return tf.getBackend() === 'cpu'
    ? tf.scatterND(tf.expandDims(places, 1), values, [rows, values.shape[1]])
    : tf.unsortedSegmentSum(values, places, rows);
}
