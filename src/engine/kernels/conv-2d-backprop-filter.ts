// Conv2DBackpropFilter: the gradient of a 2D convolution with respect to its filter. tfjs has none on wasm, so without it
// no convolution trains there (conv1d and conv2dTranspose use it too).
//
//   dW[kh, kw, c, d] = sum over b, oh, ow of  x[b, oh*s + kh*dil - pad, ow*s + kw*dil - pad, c] * dy[b, oh, ow, d]
//
// Natively by conv-native.ts. In JavaScript as one matrix product: dW[K, D] = col^T[K, rows] * dy[rows, D] with K = KH*KW*C
// and rows = B*OH*OW, where row r of col is the window that output cell r sees (zero where it hangs over the edge), in chunks
// of whole images. Conventions: NHWC, filter HWIO, padding as TensorFlow. `dilations` is not an attribute of this kernel in
// tfjs; ours accepts it (conv-gradients.ts sends it).
import type { TensorInfo } from '@tensorflow/tfjs';
import { type ConvGeometry, convGeometry, forEachRun, imagesPerChunk } from './conv-geometry';
import { addFilterGradient } from './conv-native';
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

export const conv2DBackpropFilter: WasmKernel = {
  name: 'Conv2DBackpropFilter',
  reason: 'missing',
  create: (host) => {
    return ({ inputs, attrs, backend }) => {
      const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
      const filterShape = attrs.filterShape as number[];
      const g = convGeometry(host.tf, 'Conv2DBackpropFilter', x.shape, filterShape, attrs, false);
      const dW = backend.makeOutput(filterShape, 'float32');
      floatsOf(backend, dW).fill(0);
      const native = host.native(backend);
      const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
      if (native) addFilterGradient(native, backend, g, at(x), at(dy), 0, at(dW));
      else jsGradient(host, backend, g, x, dy, dW);
      return dW;
    };
  },
};

function jsGradient(
  host: KernelHost,
  backend: WasmBackend,
  g: ConvGeometry,
  x: TensorInfo,
  dy: TensorInfo,
  dW: TensorInfo,
) {
  const C = g.inChannels;
  const K = g.filterHeight * g.filterWidth * C;
  const D = g.outChannels;
  const rowsPerImage = g.outHeight * g.outWidth;
  const step = imagesPerChunk(g, CHUNK_BYTES);
  for (let image = 0; image < g.batch; image += step) {
    const images = Math.min(step, g.batch - image);
    const rows = images * rowsPerImage;
    if (rows * K * D === 0) continue;
    // The columns are written transposed, [K, rows]: XNNPACK's product is fast only for untransposed operands.
    const col = backend.makeOutput([1, K, rows], 'float32');
    const xStart = image * g.inHeight * g.inWidth * C;
    const xs = floatsOf(backend, x).subarray(xStart);
    const cols = floatsOf(backend, col).fill(0);
    const step4 = g.strideWidth * C;
    forEachRun(g, images, (tap, xPixel, row, count) => {
      for (let c = 0; c < C; c++) {
        let from = xPixel * C + c;
        let to = (tap * C + c) * rows + row;
        for (const end = to + count; to < end; to++, from += step4) cols[to] = xs[from] as number;
      }
    });
    const dyPart = viewOf(backend, dy, image * rowsPerImage * D, [1, rows, D]);
    const part = host.stock('BatchMatMul')({
      inputs: { a: col, b: dyPart },
      attrs: { transposeA: false, transposeB: false },
      backend,
    }) as TensorInfo;
    releaseView(backend, dyPart);
    const sum = floatsOf(backend, dW);
    const add = floatsOf(backend, part);
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (add[i] as number);
    backend.disposeData(part.dataId);
    backend.disposeData(col.dataId);
  }
}
