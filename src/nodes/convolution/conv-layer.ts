/**
 * `Weft>Conv1D` and `Weft>Conv2D`: Keras's Conv1D and Conv2D where tfjs falls short. Stock tfjs throws on causal padding and has no
 * gradient for a dilation above one. Weights, config and results are those of Keras; only the class name differs.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { type Convolution, convolution } from './fast-conv-layer';
import { type Padding, windowOutput, windowSpan } from './shared';

/** The parts of tfjs's convolution layer that are used here; tfjs exports neither the class nor its type. */
interface StockConv extends tfjs.layers.Layer {
  readonly kernel: { read(): tfjs.Tensor };
  readonly bias: { read(): tfjs.Tensor } | null;
  readonly activation: NonNullable<Convolution['activation']>;
  readonly filters: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: Padding;
}
type ConvLayerClass = new (config: object) => tfjs.layers.Layer;
type StockConvClass = (new (config: object) => StockConv) & Pick<typeof tfjs.layers.Layer, 'fromConfig'>;

/** Zeros before and after one axis; TensorFlow's `same` puts the odd one at the end, `causal` puts all before. */
export function paddingOf(size: number, span: number, stride: number, padding: Padding): [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding === 'causal') return [span - 1, 0];
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * Convolution as one matrix product: the input shifted to each cell of the kernel, side by side along the channels, times the
 * kernel seen as a matrix. Slice, concat and matMul have gradients on every backend. Costs a copy of the input per cell.
 */
function dilatedConvolution(
  tf: Tfjs,
  x: tfjs.Tensor,
  kernel: tfjs.Tensor,
  dilation: readonly number[],
): tfjs.Tensor {
  const [batch, ...rest] = x.shape as [number, ...number[]];
  const channels = rest.at(-1)!;
  const sizes = kernel.shape.slice(0, -2);
  const filters = kernel.shape.at(-1)!;
  const output = sizes.map((size, axis) => rest[axis]! - windowSpan(size, dilation[axis]) + 1);
  let offsets: number[][] = [[]];
  for (const [axis, size] of sizes.entries()) {
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: size }, (_, cell) => [...offset, cell * dilation[axis]!]),
    );
  }
  const shifted = offsets.map((offset) => tf.slice(x, [0, ...offset, 0], [batch, ...output, channels]));
  const columns = tf.concat(shifted, -1).reshape([-1, offsets.length * channels]);
  return tf
    .matMul(columns as tfjs.Tensor2D, kernel.reshape([-1, filters]))
    .reshape([batch, ...output, filters]);
}

function convClass(tf: Tfjs, stock: tfjs.layers.Layer, name: string) {
  return class extends (stock.constructor as StockConvClass) {
    static className = name;

    override computeOutputShape(inputShape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
      const [batch, ...rest] = inputShape as tfjs.Shape;
      const spatial = this.kernelSize.map((size, axis) => {
        const n = rest[axis];
        if (n == null) return null;
        return windowOutput(
          n,
          windowSpan(size, this.dilationRate[axis]),
          this.strides[axis]!,
          this.padding,
        ) as number;
      });
      return [batch!, ...spatial, this.filters];
    }

    override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
      return tf.tidy(() => {
        const x = Array.isArray(inputs) ? inputs[0]! : inputs;
        const pads = this.kernelSize.map((size, axis) =>
          paddingOf(
            x.shape[axis + 1]!,
            windowSpan(size, this.dilationRate[axis]),
            this.strides[axis]!,
            this.padding,
          ),
        );
        const own = convolution(tf, {
          kind: 'Conv2D',
          x,
          filter: this.kernel.read(),
          bias: this.bias?.read(),
          activation: this.activation,
          strides: this.strides,
          dilations: this.dilationRate,
          pad: pads,
        });
        if (own) return own;
        const padded = tf.pad(x, [[0, 0], ...pads, [0, 0]]);
        const kernel = this.kernel.read();
        let y: tfjs.Tensor;
        if (this.dilationRate.some((rate) => rate > 1))
          y = dilatedConvolution(tf, padded, kernel, this.dilationRate);
        else if (x.rank === 3)
          y = tf.conv1d(padded as tfjs.Tensor3D, kernel as tfjs.Tensor3D, this.strides[0]!, 'valid');
        else
          y = tf.conv2d(
            padded as tfjs.Tensor4D,
            kernel as tfjs.Tensor4D,
            this.strides as [number, number],
            'valid',
          );
        return this.activation.apply(this.bias ? tf.add(y, this.bias.read()) : y);
      });
    }
  };
}

/** The class for causal or dilated one-dimensional convolution. */
export const conv1dLayer: (tf: Tfjs) => ConvLayerClass = customLayer((tf) =>
  convClass(tf, tf.layers.conv1d({ filters: 1, kernelSize: 1 }), 'Weft>Conv1D'),
);
/** The class for dilated two-dimensional convolution. */
export const conv2dLayer: (tf: Tfjs) => ConvLayerClass = customLayer((tf) =>
  convClass(tf, tf.layers.conv2d({ filters: 1, kernelSize: 1 }), 'Weft>Conv2D'),
);
