// DepthwiseConv2dNativeBackpropInput: the gradient of a depthwise convolution with respect to its input. tfjs has none on
// wasm; depthwise and separable convolutions need it to train.
//
//   dx[b, ih, iw, c] = sum over m, kh, kw with  oh*s + kh*dil - pad = ih  (likewise w)  of
//                      dy[b, oh, ow, c*M + m] * W[kh, kw, c, m]
//
// Conventions: NHWC, filter [KH, KW, C, M] with M the channel multiplier and output channel c*M + m, padding as TensorFlow.
// Dilations are honoured (tfjs's cpu kernel ignores them).
import type { TensorInfo } from '@tensorflow/tfjs';
import { convGeometry, forEachRun } from './conv-geometry';
import { inputGradient } from './conv-native-input';
import { floatsOf, offsetOf, type WasmKernel } from './kernel';

export const depthwiseConv2dNativeBackpropInput: WasmKernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  reason: 'missing',
  create: (host) => {
    return ({ inputs, attrs, backend }) => {
      const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
      const inputShape = attrs.inputShape as number[];
      const g = convGeometry(
        host.tf,
        'DepthwiseConv2dNativeBackpropInput',
        inputShape,
        filter.shape,
        attrs,
        true,
      );
      const C = g.inChannels;
      const M = filter.shape[3] as number;
      const dx = backend.makeOutput(inputShape, 'float32');
      const native = host.native(backend);
      if (native) {
        const at = (tensor: TensorInfo) => offsetOf(backend, tensor);
        inputGradient(native, backend, g, at(dy), 0, at(filter), at(dx));
        return dx;
      }
      const dxs = floatsOf(backend, dx).fill(0);
      const dys = floatsOf(backend, dy);
      const w = floatsOf(backend, filter);
      const D = C * M;
      forEachRun(g, g.batch, (tap, xPixel, row, count) => {
        for (let cell = 0; cell < count; cell++) {
          const to = (xPixel + cell * g.strideWidth) * C;
          const dyAt = (row + cell) * D;
          for (let c = 0, d = 0; c < C; c++) {
            let sum = 0;
            for (let m = 0; m < M; m++, d++) sum += (dys[dyAt + d] as number) * (w[tap * D + d] as number);
            dxs[to + c] = (dxs[to + c] as number) + sum;
          }
        }
      });
      return dx;
    };
  },
};
