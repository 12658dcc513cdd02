// The gradients of dilated convolutions. tfjs's core refuses them on every backend ("dilation rates greater than 1 are not
// yet supported in gradients"), though the forward pass works.
//
// A filter dilated by (p, q) is an ordinary filter with p-1 and q-1 zeros between its cells:
//
//   W'[p*kh, q*kw] = W[kh, kw], else 0            conv(x, W, dilation) = conv(x, W')            dW[kh, kw] = dW'[p*kh, q*kw]
//
// so the undilated gradient kernels of any backend serve. On wasm our kernels take the dilation as it is, without the
// zeros' cost. Undilated convolutions keep tfjs's own gradient.
import type { GradConfig, Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Tfjs } from './kernel';

type Pair = [number, number];

function pair(value: unknown): Pair {
  if (value === undefined || value === null) return [1, 1];
  if (typeof value === 'number') return [value, value];
  const [first = 1, second = first] = value as number[];
  return [first, second];
}

/** Puts zeros between the cells of a filter [KH, KW, C, D]. */
function spread(tf: Tfjs, filter: Tensor4D, [p, q]: Pair): Tensor4D {
  const [kh, kw, c, d] = filter.shape;
  const padded = filter
    .reshape([kh, 1, kw, 1, c * d])
    .pad([
      [0, 0],
      [0, p - 1],
      [0, 0],
      [0, q - 1],
      [0, 0],
    ])
    .reshape([kh * p, kw * q, c, d]);
  return tf.slice(padded, [0, 0, 0, 0], [(kh - 1) * p + 1, (kw - 1) * q + 1, c, d]) as Tensor4D;
}

/** Inverse of `spread`: keeps every p-th row and q-th column. */
function gatherCells(tf: Tfjs, spreadFilter: Tensor, [kh, kw]: Pair, [p, q]: Pair): Tensor {
  const rows = tf.range(0, kh * p, p, 'int32');
  const cols = tf.range(0, kw * q, q, 'int32');
  return tf.gather(tf.gather(spreadFilter, rows, 0), cols, 1);
}

function dilatedGradient(
  tf: Tfjs,
  kernelName: string,
  filterKernel: string,
  inputKernel: string,
): GradConfig | null {
  const stock = tf.getGradient(kernelName);
  if (!stock) return null;
  return {
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const dilations = pair(attrs.dilations);
      if (dilations[0] === 1 && dilations[1] === 1) return stock.gradFunc(dy, saved, attrs);
      const [x, filter] = saved as [Tensor4D, Tensor4D];
      const { strides, pad, dataFormat, dimRoundingMode } = attrs;
      const same = { strides, pad, dataFormat, dimRoundingMode };
      const run = (name: string, inputs: Record<string, Tensor>, own: Record<string, unknown>) =>
        tf.engine().runKernel(name, inputs, { ...same, ...own } as never) as Tensor;
      const direct = tf.getBackend() === 'wasm';
      return {
        x: () =>
          direct
            ? run(inputKernel, { dy: dy as Tensor, filter }, { inputShape: x.shape, dilations })
            : run(
                inputKernel,
                { dy: dy as Tensor, filter: spread(tf, filter, dilations) },
                { inputShape: x.shape, dilations: [1, 1] },
              ),
        filter: () => {
          if (direct)
            return run(filterKernel, { x, dy: dy as Tensor }, { filterShape: filter.shape, dilations });
          const [kh, kw, c, d] = filter.shape;
          const filterShape = [(kh - 1) * dilations[0] + 1, (kw - 1) * dilations[1] + 1, c, d];
          const wide = run(filterKernel, { x, dy: dy as Tensor }, { filterShape, dilations: [1, 1] });
          return gatherCells(tf, wide, [kh, kw], dilations);
        },
      };
    },
  };
}

/** The gradient of Conv2D (conv1d is one too), undilated and dilated. */
export function conv2DGradient(tf: Tfjs): GradConfig | null {
  return dilatedGradient(tf, 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput');
}

/** The gradient of DepthwiseConv2dNative, undilated and dilated. */
export function depthwiseConv2dGradient(tf: Tfjs): GradConfig | null {
  return dilatedGradient(
    tf,
    'DepthwiseConv2dNative',
    'DepthwiseConv2dNativeBackpropFilter',
    'DepthwiseConv2dNativeBackpropInput',
  );
}
