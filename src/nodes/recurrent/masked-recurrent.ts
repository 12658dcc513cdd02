/**
 * `Weft>MaskedRecurrent`: a recurrent layer (also a Bidirectional one) with its padding mask as a second input, because tfjs
 * hands masks on only implicitly. At a padded step the state stays as it was, so padding at either end changes nothing;
 * a padded step of a returned sequence repeats the output before it, as in Keras.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';

interface Wrapper extends tfjs.layers.Layer {
  readonly layer: tfjs.layers.Layer;
}
interface WrapperClass {
  new (config: { layer: tfjs.layers.Layer; name?: string }): Wrapper;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

export const maskedRecurrentLayer: (tf: Tfjs) => WrapperClass = customLayer(
  (tf): WrapperClass & { readonly className: string } => {
    // tfjs does not export Wrapper; it is the parent of TimeDistributed and brings weights, freezing and (de)serialisation.
    const sample = tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 1 }) });
    const WrapperBase = Object.getPrototypeOf(sample.constructor) as WrapperClass;

    return class MaskedRecurrent extends WrapperBase {
      static className = 'Weft>MaskedRecurrent';

      override build(inputShape: tfjs.Shape | tfjs.Shape[]): void {
        const shapes = inputShape as tfjs.Shape[];
        this.layer.build(shapes[0]!);
        this.layer.built = true;
        this.built = true;
      }

      override computeOutputShape(inputShape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape | tfjs.Shape[] {
        return this.layer.computeOutputShape((inputShape as tfjs.Shape[])[0]!);
      }

      /** [x float32 [batch, time, features], mask float32 [batch, time], 1 = real] */
      override call(
        inputs: tfjs.Tensor | tfjs.Tensor[],
        kwargs: { training?: boolean },
      ): tfjs.Tensor | tfjs.Tensor[] {
        const [x, mask] = inputs as tfjs.Tensor[];
        return this.layer.call(x!, { ...kwargs, mask });
      }
    };
  },
);
