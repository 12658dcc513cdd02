/**
 * LayerNormalization of tfjs with a kernel of ours inside, where the backend has it. Class name and config are tfjs's, so its files
 * are those of the stock layer, and it takes the stock layer's place in the registry, so that models read from files are as fast.
 * Other axes than the last, and layers without scale or center, run as in tfjs.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { ownKernel } from '../own-kernel';

type Config = Parameters<typeof tfjs.layers.layerNormalization>[0];

/** The parts of tfjs's layer that are used here; its own types hide them. */
interface StockLayer extends tfjs.layers.Layer {
  /** Resolved and in a list once built. */
  readonly axis: number | readonly number[];
  readonly epsilon: number;
  readonly gamma: { read(): tfjs.Tensor } | null;
  readonly beta: { read(): tfjs.Tensor } | null;
}
interface LayerNormalizationClass {
  new (config: Config): StockLayer;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

export const layerNormalizationLayer: (tf: Tfjs) => LayerNormalizationClass = customLayer((tf) => {
  const Stock = tf.layers.layerNormalization({}).constructor as unknown as LayerNormalizationClass;
  return class extends Stock {
    static override readonly className = Stock.className;

    override call(inputs: tfjs.Tensor | tfjs.Tensor[], kwargs: Record<string, unknown>) {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const axes = [this.axis].flat();
      const { gamma, beta, epsilon } = this;
      const isLast = axes.length === 1 && axes[0] === x.rank - 1;
      if (!isLast || !gamma || !beta || x.dtype !== 'float32') return super.call(inputs, kwargs);
      const operands = { x, gamma: gamma.read(), beta: beta.read() };
      return (ownKernel(tf, 'Weft>LayerNorm', operands, { epsilon }) ??
        super.call(inputs, kwargs)) as tfjs.Tensor;
    }
  };
});
