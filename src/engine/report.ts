/**
 * What one batch says, as numbers: `[total loss], [loss of each head when there are several], outcomes of each metered head`.
 * On a GPU the parts are packed into one tensor, so that a step costs one read however many heads and metrics there are; in main
 * memory reading is a small copy, and packing would cost more.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from '../nodes/define-node';

export type Report = readonly ArrayLike<number>[];

export const readsSynchronously = (tf: Tfjs): boolean =>
  tf.getBackend() === 'wasm' || tf.getBackend() === 'cpu';

/** A report, or the tensor that will become one. */
export type Reading = Report | { readonly packed: tfjs.Tensor1D; readonly sizes: readonly number[] };

/** Call inside a tidy. */
export function startReading(tf: Tfjs, parts: readonly tfjs.Tensor[]): Reading {
  if (readsSynchronously(tf)) return parts.map((part) => part.dataSync());
  const flat = parts.map((part) => tf.reshape<tfjs.Rank.R1>(tf.cast(part, 'float32'), [-1]));
  return { packed: tf.keep(tf.concat1d(flat)), sizes: parts.map(({ size }) => size) };
}

/** Call outside of it; waits without blocking the thread. */
export function finishReading(reading: Reading): Report | Promise<Report> {
  return 'packed' in reading ? unpack(reading.packed, reading.sizes) : reading;
}

async function unpack(packed: tfjs.Tensor1D, sizes: readonly number[]): Promise<Report> {
  try {
    const values = await packed.data<'float32'>();
    let from = 0;
    return sizes.map((size) => {
      const part = values.subarray(from, from + size);
      from += size;
      return part;
    });
  } finally {
    packed.dispose();
  }
}
