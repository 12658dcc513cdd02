/**
 * Dense of tfjs with one kernel for product, bias and activation where the engine has it. It keeps tfjs's class name and config,
 * so its files are those of the stock layer, and takes the stock layer's place in the registry, so that models read from files are
 * as fast. What the kernel does not cover runs as in tfjs.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { ownKernel } from '../own-kernel';

/** The parts of tfjs's layer that are used here; its own types hide them. */
interface StockDense extends tfjs.layers.Layer {
  readonly kernel: { read(): tfjs.Tensor2D };
  readonly bias: { read(): tfjs.Tensor1D } | null;
  readonly activation: { getClassName(): string; apply(x: tfjs.Tensor): tfjs.Tensor } | null;
}
type DenseArgs = Parameters<Tfjs['layers']['dense']>[0];
interface DenseClass {
  new (config: DenseArgs): StockDense;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

/** Activations whose slope the kernel has from the output; the others follow it. */
const INSIDE: ReadonlySet<string> = new Set([
  'linear',
  'relu',
  'sigmoid',
  'tanh',
  'elu',
  'selu',
  'softplus',
  'relu6',
]);

export const denseLayer: (tf: Tfjs) => new (config: DenseArgs) => tfjs.layers.Layer = customLayer((tf) => {
  const Stock = tf.layers.dense({ units: 1 }).constructor as unknown as DenseClass;
  return class extends Stock {
    static override readonly className = Stock.className;

    override call(
      inputs: tfjs.Tensor | tfjs.Tensor[],
      kwargs: Parameters<tfjs.layers.Layer['call']>[1],
    ): tfjs.Tensor | tfjs.Tensor[] {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const name = this.activation?.getClassName() ?? 'linear';
      const isInside = INSIDE.has(name);
      return tf.tidy(() => {
        const kernel = this.kernel.read();
        const weights = this.bias ? { kernel, bias: this.bias.read() } : { kernel };
        const attributes = { activation: isInside ? name : 'linear' };
        const y =
          x.dtype === 'float32' && x.rank > 1
            ? ownKernel(tf, 'Weft>Dense', { x, ...weights }, attributes)
            : null;
        if (!y) return super.call(inputs, kwargs);
        return isInside ? y : this.activation!.apply(y as tfjs.Tensor);
      });
    }
  };
});
