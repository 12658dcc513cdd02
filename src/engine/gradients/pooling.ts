/**
 * Pooling. Average pooling divides by the cells inside the image (padding does not count), but tfjs's kernels for its gradient divide
 * by the whole window, on every backend; scaling dy beforehand by the ratio puts that right. AvgPool (2D) is in
 * kernels/avg-pool-grad.ts. Max pooling with indices has no gradient in tfjs: it is that of max pooling.
 */
import type { NamedAttrMap, Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs';
import type { Tfjs } from '../../nodes/define-node';
import { avgPoolGradient } from '../kernels/avg-pool-grad';
import { entry, type GradConfig, type Gradients } from './gradient';

type PoolAttrs = Pick<NamedAttrMap, 'filterSize' | 'strides' | 'pad'>;
type Pad = 'valid' | 'same' | number;
type Rounding = 'floor' | 'round' | 'ceil' | undefined;

export const poolingGradients: Gradients = (tf) => {
  const average2d = avgPoolGradient(tf);
  const average3d = tf.getGradient('AvgPool3D');
  return [
    ...(average2d ? [average2d] : []),
    ...(average3d ? [averagePool3d(tf, average3d)] : []),
    entry('MaxPoolWithArgmax', {
      inputs: ['x'],
      outputs: [true, false],
      gradient: (dy, saved, attrs) => ({
        x: () => {
          const [input, output] = saved as [Tensor4D, Tensor4D];
          const { filterSize, strides, pad } = attrs as Required<PoolAttrs>;
          return tf
            .engine()
            .runKernel('MaxPoolGrad', { dy, input, output }, { filterSize, strides, pad }) as Tensor;
        },
      }),
    }),
  ];
};

function averagePool3d(tf: Tfjs, stock: GradConfig): GradConfig {
  return {
    ...stock,
    gradFunc: (dy, saved, attrs) => {
      const [x] = saved as [Tensor5D];
      const g = tf.backend_util.computePool3DInfo(
        x.shape,
        attrs['filterSize'] as [number, number, number],
        attrs['strides'] as [number, number, number],
        1,
        attrs['pad'] as Pad,
        attrs['dimRoundingMode'] as Rounding,
      );
      const inside = (out: number, stride: number, size: number, pad: number, limit: number): number[] =>
        Array.from({ length: out }, (_, i) => {
          const start = i * stride - pad;
          return Math.min(limit, start + size) - Math.max(0, start);
        });
      const depths = inside(g.outDepth, g.strideDepth, g.filterDepth, g.padInfo.front, g.inDepth);
      const rows = inside(g.outHeight, g.strideHeight, g.filterHeight, g.padInfo.top, g.inHeight);
      const columns = inside(g.outWidth, g.strideWidth, g.filterWidth, g.padInfo.left, g.inWidth);
      const full = g.filterDepth * g.filterHeight * g.filterWidth;
      const scale = depths.flatMap((d) => rows.flatMap((h) => columns.map((w) => full / (d * h * w))));
      const isEven = scale.every((factor) => factor === 1);
      const factors = (): Tensor => tf.tensor5d(scale, [1, g.outDepth, g.outHeight, g.outWidth, 1]);
      return stock.gradFunc(isEven ? dy : tf.mul(dy as Tensor, factors()), saved, attrs);
    },
  };
}
