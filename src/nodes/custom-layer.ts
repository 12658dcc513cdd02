/**
 * Custom tfjs layers: each is a factory that receives tfjs and is turned here into one class per tfjs instance, registered
 * under its `Weft>Name` so that a saved model.json finds it again. Names and configs follow Keras.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from './define-node';

type LayerClass = Parameters<typeof tfjs.serialization.registerClass>[0];

/** Wraps a factory so that a second call with the same tfjs gives the same, already registered class. */
export function customLayer<C extends LayerClass>(factory: (tf: Tfjs) => C): (tf: Tfjs) => C {
  const classes = new WeakMap<Tfjs, C>();
  return (tf) => {
    let layerClass = classes.get(tf);
    if (!layerClass) {
      layerClass = factory(tf);
      tf.serialization.registerClass(layerClass);
      classes.set(tf, layerClass);
    }
    return layerClass;
  };
}
