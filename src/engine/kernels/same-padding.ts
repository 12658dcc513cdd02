// Conv2D, DepthwiseConv2dNative and their fused forms: tfjs's wasm kernels answer zeros, without an error, for padding 'same'
// when a filter is narrower than its stride and the image has cells to spare (width 9, filter 2, stride 3: XNNPACK computes a
// negative padding and gives up). The same convolution with the padding written out is right, so these kernels write it out
// in that case and pass everything else on. What the native module does (conv-2d.ts) never gets there.
import type { TensorInfo } from '@tensorflow/tfjs';
import { nativeConvolution } from './conv-2d';
import type { KernelBody, KernelHost, WasmKernel } from './kernel';

function correctedSame(name: string, depthwise: boolean): WasmKernel {
  return {
    name,
    reason: 'wrong',
    create: (host) => {
      const stock = host.stock(name);
      return (call) =>
        nativeConvolution(host, name, call, depthwise) ??
        stock(call.attrs.pad === 'same' ? writtenOut(host, call, depthwise) : call);
    },
  };
}

function writtenOut(host: KernelHost, call: Parameters<KernelBody>[0], depthwise: boolean): typeof call {
  const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo };
  const { strides, dilations } = call.attrs as unknown as {
    strides: number | [number, number];
    dilations: never;
  };
  const [sh, sw] = typeof strides === 'number' ? [strides, strides] : strides;
  if ((filter.shape[0] as number) >= sh && (filter.shape[1] as number) >= sw) return call;
  if (call.attrs.dataFormat === 'NCHW') return call; // the stock kernel refuses it with its own message
  const { padInfo } = host.tf.backend_util.computeConv2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number, number],
    strides,
    dilations ?? 1,
    'same',
    undefined,
    depthwise,
  );
  const { top, bottom, left, right } = padInfo;
  const spare = [top, bottom, left, right].map((cells) => Math.max(0, cells));
  const pad = [[0, 0], spare.slice(0, 2), spare.slice(2), [0, 0]];
  return { ...call, attrs: { ...call.attrs, pad: pad as never } };
}

export const samePadded: readonly WasmKernel[] = [
  correctedSame('Conv2D', false),
  correctedSame('FusedConv2D', false),
  correctedSame('DepthwiseConv2dNative', true),
  correctedSame('FusedDepthwiseConv2D', true),
];
