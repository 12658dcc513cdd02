/**
 * Reading and writing at index tuples. A read's gradient adds up where the reads were; a write's reads where it wrote. Of two writes
 * to one place the last one wins in tensorScatterUpdate, in no defined order: as in TensorFlow, both get the gradient.
 */
import type { Tensor } from '@tensorflow/tfjs';
import { entry, type Gradients, zeros } from './gradient';

export const scatterGradients: Gradients = (tf) => [
  entry('GatherNd', {
    inputs: ['params', 'indices'],
    gradient: (dy, saved) => {
      const [params, indices] = saved as [Tensor, Tensor];
      return {
        params: () => (dy.size === 0 ? zeros(tf, params) : tf.scatterND(indices, dy, params.shape)),
        indices: () => zeros(tf, indices),
      };
    },
  }),
  entry('ScatterNd', {
    inputs: ['indices'],
    gradient: (dy, saved) => {
      const [indices] = saved as [Tensor];
      return { updates: () => tf.gatherND(dy, indices), indices: () => zeros(tf, indices) };
    },
  }),
  entry('TensorScatterUpdate', {
    inputs: ['indices', 'updates'],
    gradient: (dy, saved) => {
      const [indices, updates] = saved as [Tensor, Tensor];
      return {
        // Not by another update: tfjs's cpu kernel writes into its input.
        tensor: () => {
          const written = tf.scatterND(indices, tf.onesLike(updates), dy.shape);
          return tf.where(tf.greater(written, 0), tf.zerosLike(dy), dy);
        },
        indices: () => zeros(tf, indices),
        updates: () => tf.gatherND(dy, indices),
      };
    },
  }),
  entry('SparseToDense', {
    inputs: ['sparseIndices', 'sparseValues'],
    gradient: (dy, saved) => {
      const [indices, values] = saved as [Tensor, Tensor];
      const tuples = indices.rank < 2 ? tf.reshape(indices, [indices.size, 1]) : indices;
      const picked = (): Tensor => tf.gatherND(dy, tuples);
      return {
        sparseIndices: () => zeros(tf, indices),
        // One value may serve all places.
        sparseValues: () => (values.rank === 0 ? tf.sum(picked()) : picked()),
        defaultValue: () => tf.sub(tf.sum(dy), tf.sum(picked())),
      };
    },
  }),
];
