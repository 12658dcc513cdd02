// DepthwiseConv2dNativeBackpropFilter: the gradient of a depthwise convolution with respect to its filter. tfjs has none
// on wasm; depthwise and separable convolutions need it to train.
//
//   dW[kh, kw, c, m] = sum over b, oh, ow of  x[b, oh*s + kh*dil - pad, ow*s + kw*dil - pad, c] * dy[b, oh, ow, c*M + m]
//
// Conventions: NHWC, filter [KH, KW, C, M] with M the channel multiplier and output channel c*M + m, padding as TensorFlow.
// Dilations are honoured (tfjs's cpu kernel ignores them).
import type { TensorInfo } from '@tensorflow/tfjs';
import { convGeometry, forEachRun } from './conv-geometry';
import { addFilterGradient } from './conv-native';
import { floatsOf, offsetOf, type WasmKernel } from './kernel';

export const depthwiseConv2dNativeBackpropFilter: WasmKernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  reason: 'missing',
  create: (host) => {
    return ({ inputs, attrs, backend }) => {
      const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
      const filterShape = attrs.filterShape as number[];
      const g = convGeometry(
        host.tf,
        'DepthwiseConv2dNativeBackpropFilter',
        x.shape,
        filterShape,
        attrs,
        true,
      );
      const C = g.inChannels;
      const M = filterShape[3] as number;
      const dW = backend.makeOutput(filterShape, 'float32');
      const sums = floatsOf(backend, dW).fill(0);
      const native = host.native(backend);
      if (native) {
        const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
        addFilterGradient(native, backend, g, at(x), at(dy), 0, at(dW));
        return dW;
      }
      const xs = floatsOf(backend, x);
      const dys = floatsOf(backend, dy);
      const D = C * M;
      forEachRun(g, g.batch, (tap, xPixel, row, count) => {
        for (let cell = 0; cell < count; cell++) {
          const xAt = (xPixel + cell * g.strideWidth) * C;
          const dyAt = (row + cell) * D;
          for (let c = 0, d = 0; c < C; c++) {
            const value = xs[xAt + c] as number;
            for (let m = 0; m < M; m++, d++) {
              const at = tap * D + d;
              sums[at] = (sums[at] as number) + value * (dys[dyAt + d] as number);
            }
          }
        }
      });
      return dW;
    };
  },
};
