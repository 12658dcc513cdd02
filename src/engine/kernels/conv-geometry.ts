// The window geometry of a 2D or 3D convolution as plain numbers, shared by the convolutions and their gradients: the columns
// in JavaScript read it, and so do the native versions. Layout NHWC (NDHWC); padding as TensorFlow ('same' puts the extra
// cell at the end), computed by tfjs itself so that forward and backward can never disagree.
import type { backend_util } from '@tensorflow/tfjs';
import type { KernelCall, Tfjs } from './kernel';

export interface ConvGeometry {
  /** One filter or more per channel instead of filters over all of them: outChannels is a multiple of inChannels. */
  depthwise: boolean;
  batch: number;
  /** 1, as all that concerns depth, in two dimensions. */
  inDepth: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outDepth: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  filterDepth: number;
  filterHeight: number;
  filterWidth: number;
  strideDepth: number;
  strideHeight: number;
  strideWidth: number;
  dilationDepth: number;
  dilationHeight: number;
  dilationWidth: number;
  padFront: number;
  padTop: number;
  padLeft: number;
}

type Pad = Parameters<Tfjs['backend_util']['computeConv2DInfo']>[4];

/** Geometry from the attributes of any 2D convolution kernel or its gradients. */
export function convGeometry(
  tf: Tfjs,
  kernel: string,
  inShape: readonly number[],
  filterShape: readonly number[],
  attrs: KernelCall['attrs'],
  depthwise: boolean,
): ConvGeometry {
  const { strides, dilations, pad, dimRoundingMode, dataFormat } = attrs as unknown as {
    strides: [number, number] | number;
    dilations?: [number, number] | number | null;
    pad: Pad;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
    dataFormat?: 'NHWC' | 'NCHW';
  };
  if (dataFormat === 'NCHW')
    throw new Error(`${kernel}: expected data format NHWC. Received: dataFormat=NCHW`);
  const info: backend_util.Conv2DInfo = tf.backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
  return {
    depthwise,
    batch: info.batchSize,
    inDepth: 1,
    inHeight: info.inHeight,
    inWidth: info.inWidth,
    inChannels: info.inChannels,
    outDepth: 1,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    outChannels: info.outChannels,
    filterDepth: 1,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideDepth: 1,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    dilationDepth: 1,
    dilationHeight: info.dilationHeight,
    dilationWidth: info.dilationWidth,
    padFront: 0,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** Geometry from the attributes of any 3D convolution kernel or its gradients. */
export function convGeometry3D(
  tf: Tfjs,
  kernel: string,
  inShape: readonly number[],
  filterShape: readonly number[],
  attrs: KernelCall['attrs'],
): ConvGeometry {
  const { strides, dilations, pad, dataFormat } = attrs as unknown as {
    strides: [number, number, number] | number;
    dilations?: [number, number, number] | number | null;
    pad: 'same' | 'valid' | number;
    dataFormat?: 'NDHWC' | 'NCDHW';
  };
  if (dataFormat === 'NCDHW')
    throw new Error(`${kernel}: expected data format NDHWC. Received: dataFormat=NCDHW`);
  type Shape5D = [number, number, number, number, number];
  const { batchSize, padInfo, ...info } = tf.backend_util.computeConv3DInfo(
    inShape as Shape5D,
    filterShape as Shape5D,
    strides,
    dilations ?? 1,
    pad,
  );
  const { front, top, left } = padInfo;
  return { depthwise: false, ...info, batch: batchSize, padFront: front, padTop: top, padLeft: left };
}

/** Images per chunk so that the column matrix stays near `bytes`: it should live in the L2 cache, not in memory. */
export function imagesPerChunk(g: ConvGeometry, bytes: number): number {
  const perImage = g.outHeight * g.outWidth * g.filterHeight * g.filterWidth * g.inChannels * 4;
  return Math.max(1, Math.min(g.batch, Math.floor(bytes / Math.max(1, perImage))));
}

/**
 * Calls `visit(tap, xStart, rowStart, count)` for every run of output cells of one image row that a filter tap sees inside
 * the image: tap = (kh*KW + kw), the run starts at input pixel `xStart` and output pixel `rowStart` (both counted in pixels
 * from the chunk's start) and has `count` output cells; successive cells are `strideWidth` input pixels apart.
 * Padding cells are never visited.
 */
export function forEachRun(
  g: ConvGeometry,
  images: number,
  visit: (tap: number, xStart: number, rowStart: number, count: number) => void,
): void {
  for (let kw = 0; kw < g.filterWidth; kw++) {
    const shift = kw * g.dilationWidth - g.padLeft;
    const first = Math.max(0, Math.ceil(-shift / g.strideWidth));
    const last = Math.min(g.outWidth - 1, Math.floor((g.inWidth - 1 - shift) / g.strideWidth));
    if (last < first) continue;
    for (let kh = 0; kh < g.filterHeight; kh++) {
      const tap = kh * g.filterWidth + kw;
      for (let image = 0; image < images; image++) {
        for (let oh = 0; oh < g.outHeight; oh++) {
          const ih = oh * g.strideHeight + kh * g.dilationHeight - g.padTop;
          if (ih < 0 || ih >= g.inHeight) continue;
          const xStart = (image * g.inHeight + ih) * g.inWidth + first * g.strideWidth + shift;
          visit(tap, xStart, (image * g.outHeight + oh) * g.outWidth + first, last - first + 1);
        }
      }
    }
  }
}
