// Dropout in one pass each way: `Weft>Dropout` draws the mask while it multiplies, and its gradient draws the same mask again. The
// numbers are those that nodes/core/dropout-layer.ts draws in JavaScript, so a run has the same masks on every backend.
//
// Attributes: `start`, the state of the generator, and `rate`, at least 0 and below 1; of the mask by itself also `shape`.
import type { NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs';
import { type OwnKernel, offsetOf, sizeOf } from './kernel';
import type { Native } from './native';

function draw(native: Native, x: number, out: number, count: number, attrs: NamedAttrMap): void {
  const { start, rate } = attrs as { start: number; rate: number };
  if (!(rate >= 0 && rate < 1)) throw new Error(`dropout: a rate of ${rate} is not in [0, 1)`);
  // A whole number is below rate * 2^32 exactly if it is below that rounded up.
  native.dropout(x, out, count, start, Math.ceil(rate * 4294967296), 1 / (1 - rate));
}

const dropout: OwnKernel = {
  name: 'Weft>Dropout',
  create:
    (host) =>
    ({ inputs, attrs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const out = backend.makeOutput(x.shape, 'float32');
      const [from, to] = [offsetOf(backend, x), offsetOf(backend, out)];
      draw(host.native(backend), from, to, sizeOf(x.shape), attrs);
      return out;
    },
  gradient: (tf) => ({
    gradFunc: (dy, _saved, attrs) => ({
      x: () => tf.engine().runKernel('Weft>Dropout', { x: dy as Tensor }, attrs) as Tensor,
    }),
  }),
};

const mask: OwnKernel = {
  name: 'Weft>DropoutMask',
  create:
    (host) =>
    ({ attrs, backend }) => {
      const shape = attrs.shape as number[];
      const out = backend.makeOutput(shape, 'float32');
      draw(host.native(backend), 0, offsetOf(backend, out), sizeOf(shape), attrs);
      return out;
    },
};

export const dropoutKernels: readonly OwnKernel[] = [dropout, mask];
