/**
 * `Weft>MaskedGlobalAveragePooling1D` and `…Max…`: pooling over the real steps only. Inputs are the sequence and its mask (float32
 * [batch, time], 1 = real): tfjs would average padding in, which makes a short text look different when the batch is padded longer.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';

type MaskedPoolingClass = new (config: { name?: string }) => tfjs.layers.Layer;

function poolingClass(tf: Tfjs, name: string, pool: (x: tfjs.Tensor, mask: tfjs.Tensor) => tfjs.Tensor) {
  return class extends tf.layers.Layer {
    static className = name;

    override computeOutputShape(inputShape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
      const [batch, , channels] = (inputShape as tfjs.Shape[])[0]!;
      return [batch!, channels!];
    }

    override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
      return tf.tidy(() => {
        const [x, mask] = inputs as tfjs.Tensor[];
        return pool(x!, mask!.expandDims(-1));
      });
    }
  };
}

/** Mean over real steps; a row without any gives zeros. */
export const maskedAveragePoolingLayer: (tf: Tfjs) => MaskedPoolingClass = customLayer((tf) =>
  poolingClass(tf, 'Weft>MaskedGlobalAveragePooling1D', (x, mask) =>
    tf.div(tf.sum(tf.mul(x, mask), 1), tf.maximum(tf.sum(mask, 1), 1)),
  ),
);

/** Far below any activation, and still exact in float32 after x + 0. */
const OUT_OF_REACH = 1e9;

/** Maximum over real steps; a row without any gives zeros. */
export const maskedMaxPoolingLayer: (tf: Tfjs) => MaskedPoolingClass = customLayer((tf) =>
  poolingClass(tf, 'Weft>MaskedGlobalMaxPooling1D', (x, mask) => {
    const largest = tf.max(tf.add(x, tf.mul(tf.sub(mask, 1), OUT_OF_REACH)), 1);
    return tf.mul(largest, tf.max(mask, 1));
  }),
);
