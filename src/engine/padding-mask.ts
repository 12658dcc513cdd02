/** Token ids [b, t] → float32 [b, t], 1 where there is a token and 0 where there is padding (id 0). */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../nodes/custom-layer';
import type { Tfjs } from '../nodes/define-node';

interface PaddingMaskClass {
  new (config: { name: string }): tfjs.layers.Layer;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

export const paddingMask: (tf: Tfjs) => PaddingMaskClass = customLayer((tf): PaddingMaskClass => {
  return class PaddingMask extends tf.layers.Layer {
    static readonly className = 'Weft>PaddingMask';

    override computeOutputShape(inputShape: tfjs.Shape): tfjs.Shape {
      return inputShape;
    }

    override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
      const ids = Array.isArray(inputs) ? inputs[0]! : inputs;
      return tf.tidy(() => tf.cast(tf.notEqual(ids, tf.zerosLike(ids)), 'float32'));
    }
  };
});
