/**
 * Orthogonal initializer. tfjs builds it from a QR decomposition out of tensor operations, which takes minutes for the
 * recurrent kernel of a large LSTM; here it is plain arithmetic. It keeps the class name and config of tfjs and Keras.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { normals } from './seeds';

type Initializer = ReturnType<typeof tfjs.initializers.zeros>;

/**
 * rows × cols, row-major, with QᵀQ = gain²·I over the smaller side. Gaussian vectors made orthonormal one after the other
 * (modified Gram-Schmidt) are the Q of a QR decomposition with positive diagonal: uniform over all such matrices, as Saxe et
 * al. (2014) ask. Doubles throughout: a random matrix is conditioned well enough for one pass. Cost: short² · long.
 */
export function orthogonalMatrix(rows: number, cols: number, gain: number, seed: number): Float32Array {
  const short = Math.min(rows, cols);
  const long = Math.max(rows, cols);
  const next = normals(seed);
  const vectors = Array.from({ length: short }, () => Float64Array.from({ length: long }, next));
  for (let k = 0; k < short; k++) {
    const unit = vectors[k]!;
    const norm = Math.sqrt(dot(unit, unit));
    for (let i = 0; i < long; i++) unit[i]! /= norm;
    for (let later = k + 1; later < short; later++) {
      const vector = vectors[later]!;
      const overlap = dot(unit, vector);
      for (let i = 0; i < long; i++) vector[i]! -= overlap * unit[i]!;
    }
  }
  const matrix = new Float32Array(rows * cols);
  const wide = rows <= cols;
  for (let k = 0; k < short; k++) {
    for (let i = 0; i < long; i++) matrix[wide ? k * cols + i : i * cols + k] = gain * vectors[k]![i]!;
  }
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

interface OrthogonalInitializer extends Initializer {
  readonly gain: number;
  readonly seed: number | null;
}
interface OrthogonalClass {
  new (config: { gain: number; seed: number }): OrthogonalInitializer;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

/**
 * Takes the place of tfjs's class in the registry, under the same name: layers copied through their config (Bidirectional) and
 * models read from a file get the fast one too, and files written with it load in any tfjs or Keras.
 */
const orthogonalClass = customLayer((tf) => {
  const Stock = tf.initializers.orthogonal({ gain: 1, seed: 1 }).constructor as unknown as OrthogonalClass;
  return class Orthogonal extends Stock {
    static className = 'Orthogonal';

    override apply(shape: tfjs.Shape): tfjs.Tensor {
      const sizes = shape as number[];
      const cols = sizes.at(-1)!;
      const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
      // An unseeded initializer out of a foreign file may draw anything.
      return tf.tensor(
        orthogonalMatrix(rows, cols, this.gain, this.seed ?? Math.floor(Math.random() * 2 ** 31)),
        sizes,
      );
    }
  };
});

export function orthogonal(tf: Tfjs, seed: number): Initializer {
  return new (orthogonalClass(tf))({ gain: 1, seed });
}
