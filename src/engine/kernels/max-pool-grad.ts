// MaxPoolGrad: sends each output cell's gradient to the cell that won its window. tfjs's own wasm kernel searches the
// windows once per input cell and is several times slower.
//
//   dx[b, argmax(window of (oh, ow)), c] += dy[b, oh, ow, c]
//
// Conventions: NHWC, padding as TensorFlow and never a winner; on a tie the first cell in row-major order wins, as in tfjs's
// cpu backend; a window without a number above -Infinity (all NaN) sends its gradient nowhere.
import type { TensorInfo } from '@tensorflow/tfjs';
import { floatsOf, offsetOf, type WasmKernel } from './kernel';
import { poolGeometry, poolSizes } from './max-pool';

export const maxPoolGrad: WasmKernel = {
  name: 'MaxPoolGrad',
  reason: 'slow',
  create: (host) => {
    return ({ inputs, attrs, backend }) => {
      const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
      const g = poolGeometry(host.tf, input.shape, attrs);
      const C = g.inChannels;
      const dx = backend.makeOutput(input.shape, 'float32');
      const native = host.native(backend);
      if (native) {
        // Windows side by side over the whole image: every cell lies in exactly one.
        const covers =
          g.filterHeight === g.strideHeight &&
          g.filterWidth === g.strideWidth &&
          g.outHeight * g.strideHeight - g.padInfo.top >= g.inHeight &&
          g.outWidth * g.strideWidth - g.padInfo.left >= g.inWidth;
        if (!covers) floatsOf(backend, dx).fill(0);
        native.maxPoolGradient(
          offsetOf(backend, input),
          offsetOf(backend, dy),
          offsetOf(backend, dx),
          ...poolSizes(g),
          covers ? 0 : 1,
        );
        return dx;
      }
      const dxs = floatsOf(backend, dx).fill(0);
      const xs = floatsOf(backend, input);
      const dys = floatsOf(backend, dy);
      let out = 0;
      for (let b = 0; b < g.batchSize; b++) {
        for (let oh = 0; oh < g.outHeight; oh++) {
          const top = oh * g.strideHeight - g.padInfo.top;
          const h0 = Math.max(0, top);
          const h1 = Math.min(g.inHeight, top + g.filterHeight);
          for (let ow = 0; ow < g.outWidth; ow++) {
            const left = ow * g.strideWidth - g.padInfo.left;
            const w0 = Math.max(0, left);
            const w1 = Math.min(g.inWidth, left + g.filterWidth);
            for (let c = 0; c < C; c++, out++) {
              let best = Number.NEGATIVE_INFINITY;
              let winner = -1;
              for (let h = h0; h < h1; h++) {
                let at = ((b * g.inHeight + h) * g.inWidth + w0) * C + c;
                for (let w = w0; w < w1; w++, at += C) {
                  const value = xs[at] as number;
                  if (value > best) {
                    best = value;
                    winner = at;
                  }
                }
              }
              if (winner >= 0) dxs[winner] = (dxs[winner] as number) + (dys[out] as number);
            }
          }
        }
      }
      return dx;
    };
  },
};
