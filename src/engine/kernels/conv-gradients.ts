// The gradients of dilated convolutions, and of the transposed one in three dimensions. tfjs's core refuses both on every backend
// ("dilation rates greater than 1 are not yet supported in gradients"), though their forward pass works.
//
// A filter dilated by (p, q) is an ordinary filter with p-1 and q-1 zeros between its cells:
//
//   W'[p*kh, q*kw] = W[kh, kw], else 0            conv(x, W, dilation) = conv(x, W')            dW[kh, kw] = dW'[p*kh, q*kw]
//
// so the undilated gradient kernels of any backend serve. On wasm our kernels take the dilation as it is, without the
// zeros' cost. Undilated convolutions keep tfjs's own gradient.
import type { GradConfig, Tensor } from '@tensorflow/tfjs';
import { sizeOf, type Tfjs } from './kernel';

/** Attributes give one number for all axes or one each. */
function perAxis(value: unknown, axes: number): number[] {
  const given = [value ?? 1].flat() as number[];
  return Array.from({ length: axes }, (_, axis) => given[axis] ?? given[0]!);
}

/** Puts rates[axis] - 1 zeros between the cells of each spatial axis of a filter [..., C, D]. */
function spread(tf: Tfjs, filter: Tensor, rates: readonly number[]): Tensor {
  return rates.reduce((wide, rate, axis) => {
    if (rate === 1) return wide;
    const before = sizeOf(wide.shape.slice(0, axis));
    const cells = wide.shape[axis]!;
    const after = sizeOf(wide.shape.slice(axis + 1));
    const padded = tf
      .pad(tf.reshape(wide, [before, cells, 1, after]), [
        [0, 0],
        [0, 0],
        [0, rate - 1],
        [0, 0],
      ])
      .reshape([before, cells * rate, after]);
    const last = (cells - 1) * rate + 1;
    const shape = wide.shape.map((size, i) => (i === axis ? last : size));
    return tf.reshape(tf.slice(padded, [0, 0, 0], [before, last, after]), shape);
  }, filter);
}

/** Inverse of `spread`: keeps every rate-th cell of each axis. */
function gatherCells(tf: Tfjs, wide: Tensor, cells: readonly number[], rates: readonly number[]): Tensor {
  return rates.reduce(
    (kept, rate, axis) =>
      rate === 1 ? kept : tf.gather(kept, tf.range(0, cells[axis]! * rate, rate, 'int32'), axis),
    wide,
  );
}

interface Family {
  readonly kernelName: string;
  readonly filterKernel: string;
  readonly inputKernel: string;
  readonly axes: 2 | 3;
}

function dilatedGradient(
  tf: Tfjs,
  { kernelName, filterKernel, inputKernel, axes }: Family,
): GradConfig | null {
  const stock = tf.getGradient(kernelName);
  if (!stock) return null;
  return {
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const dilations = perAxis(attrs.dilations, axes);
      if (dilations.every((rate) => rate === 1)) return stock.gradFunc(dy, saved, attrs);
      const [x, filter] = saved as [Tensor, Tensor];
      const { strides, pad, dataFormat, dimRoundingMode } = attrs;
      const same = { strides, pad, dataFormat, dimRoundingMode };
      const run = (name: string, inputs: Record<string, Tensor>, own: Record<string, unknown>) =>
        tf.engine().runKernel(name, inputs, { ...same, ...own } as never) as Tensor;
      const direct = tf.getBackend() === 'wasm'; // ours take the dilation as it is
      const ones = dilations.map(() => 1);
      return {
        x: () => {
          const weights = direct ? filter : spread(tf, filter, dilations);
          const own = { inputShape: x.shape, dilations: direct ? dilations : ones };
          return run(inputKernel, { dy: dy as Tensor, filter: weights }, own);
        },
        filter: () => {
          if (direct)
            return run(filterKernel, { x, dy: dy as Tensor }, { filterShape: filter.shape, dilations });
          const cells = filter.shape.slice(0, axes);
          const spans = cells.map((size, axis) => (size - 1) * dilations[axis]! + 1);
          const filterShape = [...spans, ...filter.shape.slice(axes)];
          const wide = run(filterKernel, { x, dy: dy as Tensor }, { filterShape, dilations: ones });
          return gatherCells(tf, wide, cells, dilations);
        },
      };
    },
  };
}

/** The gradient of Conv2D (conv1d is one too), undilated and dilated. */
export function conv2DGradient(tf: Tfjs): GradConfig | null {
  return dilatedGradient(tf, {
    kernelName: 'Conv2D',
    filterKernel: 'Conv2DBackpropFilter',
    inputKernel: 'Conv2DBackpropInput',
    axes: 2,
  });
}

/** The gradient of DepthwiseConv2dNative, undilated and dilated. */
export function depthwiseConv2dGradient(tf: Tfjs): GradConfig | null {
  return dilatedGradient(tf, {
    kernelName: 'DepthwiseConv2dNative',
    filterKernel: 'DepthwiseConv2dNativeBackpropFilter',
    inputKernel: 'DepthwiseConv2dNativeBackpropInput',
    axes: 2,
  });
}

/** The gradient of Conv3D, undilated and dilated. */
export function conv3DGradient(tf: Tfjs): GradConfig | null {
  return dilatedGradient(tf, {
    kernelName: 'Conv3D',
    filterKernel: 'Conv3DBackpropFilterV2',
    inputKernel: 'Conv3DBackpropInputV2',
    axes: 3,
  });
}

/**
 * The gradient of Conv3DBackpropInputV2, which is the forward pass of conv3dTranspose: tfjs has none on any backend. It is linear in
 * both, dx = dy *ᵀ W, so for a gradient u of dx:  d(dy) = u * W, the convolution itself, and dW is its filter gradient of u and dy.
 */
export function conv3DTransposeGradient(tf: Tfjs): GradConfig {
  return {
    kernelName: 'Conv3DBackpropInputV2',
    inputsToSave: ['dy', 'filter'],
    gradFunc: (u, saved, { strides, pad }) => {
      const [dy, filter] = saved as [Tensor, Tensor];
      const dilations = [1, 1, 1];
      const run = (name: string, inputs: Record<string, Tensor>, own: object) =>
        tf.engine().runKernel(name, inputs, { strides, pad, ...own } as never) as Tensor;
      return {
        dy: () => run('Conv3D', { x: u as Tensor, filter }, { dataFormat: 'NDHWC', dilations }),
        filter: () => run('Conv3DBackpropFilterV2', { x: u as Tensor, dy }, { filterShape: filter.shape }),
      };
    },
  };
}
