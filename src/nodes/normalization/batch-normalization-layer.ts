/**
 * BatchNormalization of tfjs whose training step is our own kernel: moments, normalization and their gradients in one pass each. It
 * keeps tfjs's class name and config, so its files are those of the stock layer, and takes the stock layer's place in the registry.
 * Where the backend lacks the kernel, and for other axes than the last, it runs as in tfjs.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { ownKernel } from '../own-kernel';

interface Weight {
  read(): tfjs.Tensor;
  write(value: tfjs.Tensor): unknown;
}
/** The parts of tfjs's layer that are used here; its own types hide them. */
interface StockBatchNormalization extends tfjs.layers.Layer {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma: Weight | null | undefined;
  readonly beta: Weight | null | undefined;
  readonly movingMean: Weight;
  readonly movingVariance: Weight;
}
type Config = Parameters<typeof tfjs.layers.batchNormalization>[0];
interface LayerClass {
  new (config?: Config): StockBatchNormalization;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

export const fastBatchNormalization: (tf: Tfjs) => LayerClass = customLayer((tf) => {
  const Stock = tf.layers.batchNormalization().constructor as unknown as LayerClass;
  return class extends Stock {
    static override readonly className = Stock.className;

    override call(
      inputs: tfjs.Tensor | tfjs.Tensor[],
      kwargs: { readonly training?: boolean },
    ): tfjs.Tensor | tfjs.Tensor[] {
      const x = (Array.isArray(inputs) ? inputs[0]! : inputs) as tfjs.Tensor;
      const isLastAxis = this.axis === -1 || this.axis === x.rank - 1;
      if (!kwargs['training'] || !isLastAxis) return super.call(inputs, kwargs);
      return tf.tidy(() => {
        const channels = [x.shape.at(-1)!];
        const outputs = ownKernel(
          tf,
          'Weft>BatchNormTrain',
          {
            x,
            gamma: this.gamma?.read() ?? tf.ones(channels),
            beta: this.beta?.read() ?? tf.zeros(channels),
          },
          { epsilon: this.epsilon },
        ) as [tfjs.Tensor, tfjs.Tensor, tfjs.Tensor] | null;
        if (!outputs) return super.call(inputs, kwargs);
        const [y, mean, variance] = outputs;
        for (const [average, value] of [
          [this.movingMean, mean],
          [this.movingVariance, variance],
        ] as const) {
          const old = average.read();
          average.write(tf.sub(old, tf.mul(tf.sub(old, value), 1 - this.momentum)));
        }
        return y;
      });
    }
  };
});
