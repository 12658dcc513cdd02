// Conv2DBackpropInput: the gradient of a 2D convolution with respect to its input, and the forward pass of
// conv2dTranspose. tfjs's own wasm kernel is a plain loop, about 7 times slower.
//
//   dx[b, ih, iw, c] = sum over kh, kw, d with  oh*s + kh*dil - pad = ih  (likewise w)  of  dy[b, oh, ow, d] * W[kh, kw, c, d]
//
// Natively by conv-native.ts. In JavaScript as a matrix product: col[rows, K] = dy[rows, D] * W^T[D, K], then every window is
// added back to where it came from.
// Conventions: NHWC, filter HWIO, padding as TensorFlow. `dilations` is accepted beyond tfjs's attributes.
import type { TensorInfo } from '@tensorflow/tfjs';
import { type ConvGeometry, convGeometry, forEachRun, imagesPerChunk } from './conv-geometry';
import { inputGradient } from './conv-native-input';
import {
  floatsOf,
  type KernelHost,
  offsetOf,
  releaseView,
  viewOf,
  type WasmBackend,
  type WasmKernel,
} from './kernel';

/** Enough columns to be worth a call of the stock product. */
const CHUNK_BYTES = 4 * 1024 * 1024;

export const conv2DBackpropInput: WasmKernel = {
  name: 'Conv2DBackpropInput',
  reason: 'slow',
  create: (host) => {
    return ({ inputs, attrs, backend }) => {
      const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
      const inputShape = attrs.inputShape as number[];
      const g = convGeometry(host.tf, 'Conv2DBackpropInput', inputShape, filter.shape, attrs, false);
      const dx = backend.makeOutput(inputShape, 'float32');
      const native = host.native(backend);
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      if (native) inputGradient(native, backend, g, at(dy), 0, at(filter), at(dx));
      else jsGradient(host, backend, g, dy, filter, dx);
      return dx;
    };
  },
};

function jsGradient(
  host: KernelHost,
  backend: WasmBackend,
  g: ConvGeometry,
  dy: TensorInfo,
  filter: TensorInfo,
  dx: TensorInfo,
) {
  floatsOf(backend, dx).fill(0);
  const C = g.inChannels;
  const K = g.filterHeight * g.filterWidth * C;
  const D = g.outChannels;
  const rowsPerImage = g.outHeight * g.outWidth;
  if (K * D * rowsPerImage * g.batch === 0) return;
  const transposed = backend.makeOutput([1, D, K], 'float32');
  const w = floatsOf(backend, filter);
  const wT = floatsOf(backend, transposed);
  for (let k = 0; k < K; k++) for (let d = 0; d < D; d++) wT[d * K + k] = w[k * D + d] as number;
  const step = imagesPerChunk(g, CHUNK_BYTES);
  for (let image = 0; image < g.batch; image += step) {
    const images = Math.min(step, g.batch - image);
    const dyPart = viewOf(backend, dy, image * rowsPerImage * D, [1, images * rowsPerImage, D]);
    const col = host.stock('BatchMatMul')({
      inputs: { a: dyPart, b: transposed },
      attrs: { transposeA: false, transposeB: false },
      backend,
    }) as TensorInfo;
    releaseView(backend, dyPart);
    const cols = floatsOf(backend, col);
    const dxs = floatsOf(backend, dx).subarray(image * g.inHeight * g.inWidth * C);
    forEachRun(g, images, (tap, xPixel, row, count) => {
      for (let cell = 0; cell < count; cell++) {
        const to = (xPixel + cell * g.strideWidth) * C;
        const from = (row + cell) * K + tap * C;
        for (let c = 0; c < C; c++) dxs[to + c] = (dxs[to + c] as number) + (cols[from + c] as number);
      }
    });
    backend.disposeData(col.dataId);
  }
  backend.disposeData(transposed.dataId);
}
