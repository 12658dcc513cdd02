// What the native convolution and its gradients share: scratch space, and the blocks of padded input that windows run over.
import type { ConvGeometry } from './conv-geometry';
import type { Address, Native } from './native';

export const F = 4;
/** What one block of rows, in and out, may take of the L2 cache. */
export const BLOCK_BYTES = 256 * 1024;
/** Floats of scratch for a tile and a padded bias. */
export const SPARE = 96;

/** Lays out scratch: each part begins at a multiple of 16 bytes. */
export class Layout {
  floats = 0;
  take(count: number): number {
    const at = this.floats;
    this.floats += Math.ceil(count / 4) * 4;
    return at * F;
  }
}

/** Whether there is anything to add up. */
export const isEmpty = (g: ConvGeometry): boolean =>
  [
    g.batch * g.outDepth * g.outHeight * g.outWidth * g.outChannels,
    g.inDepth * g.inHeight * g.inWidth * g.inChannels,
    g.filterDepth * g.filterHeight * g.filterWidth,
  ].includes(0);

/** A pointwise convolution knows no neighbours: its batch is one tall image. */
export function collapsed(g: ConvGeometry): ConvGeometry {
  const isPointwise =
    g.filterDepth * g.filterHeight * g.filterWidth === 1 &&
    g.strideDepth * g.strideHeight * g.strideWidth === 1 &&
    g.inDepth === g.outDepth &&
    g.inHeight === g.outHeight &&
    g.inWidth === g.outWidth;
  if (!isPointwise) return g;
  const rows = g.batch * g.inDepth * g.inHeight;
  return { ...g, batch: 1, inDepth: 1, outDepth: 1, inHeight: rows, outHeight: rows };
}

/** The part of the padded input that the windows of one block of output rows see. */
export interface Source {
  /** Rows of output per block. */
  readonly blockRows: number;
  /** Pixels per row, and rows per slice, of what the windows run over. */
  readonly width: number;
  readonly height: number;
  /** Values per pixel: a depthwise convolution sees each channel once per filter. */
  readonly channels: number;
  /** Whether the windows can run over the tensor itself. */
  readonly inPlace: boolean;
  /** Floats of scratch. */
  readonly floats: number;
}

export function sourceOf(g: ConvGeometry): Source {
  const reach = (out: number, stride: number, filter: number, dilation: number) =>
    (out - 1) * stride + (filter - 1) * dilation + 1;
  const channels = g.depthwise ? g.outChannels : g.inChannels;
  const width = reach(g.outWidth, g.strideWidth, g.filterWidth, g.dilationWidth);
  const inPlace =
    channels === g.inChannels &&
    g.padFront === 0 &&
    g.padTop === 0 &&
    g.padLeft === 0 &&
    reach(g.outDepth, g.strideDepth, g.filterDepth, g.dilationDepth) <= g.inDepth &&
    reach(g.outHeight, g.strideHeight, g.filterHeight, g.dilationHeight) <= g.inHeight &&
    width <= g.inWidth;
  const perRow = (g.strideHeight * g.filterDepth * width * channels + g.outWidth * g.outChannels) * F;
  const blockRows = Math.max(1, Math.min(g.outHeight, Math.floor(BLOCK_BYTES / perRow)));
  if (inPlace) {
    return {
      blockRows,
      width: g.inWidth,
      height: g.dilationDepth * g.inHeight,
      channels,
      inPlace,
      floats: 0,
    };
  }
  const height = reach(blockRows, g.strideHeight, g.filterHeight, g.dilationHeight);
  const slice = height * width;
  const repeated = channels === g.inChannels ? 0 : slice * g.inChannels;
  return { blockRows, width, height, channels, inPlace, floats: g.filterDepth * slice * channels + repeated };
}

/** Puts the input of the windows of output rows oh… of slice od in place (`to`, unless it is in place) and says where it begins. */
export function fetch(
  native: Native,
  g: ConvGeometry,
  source: Source,
  x: Address,
  b: number,
  od: number,
  oh: number,
  to: Address,
): Address {
  const pixel = g.inChannels * F;
  const slicePixels = g.inHeight * g.inWidth;
  const image = x + b * g.inDepth * slicePixels * pixel;
  if (source.inPlace) {
    return image + (od * g.strideDepth * slicePixels + oh * g.strideHeight * g.inWidth) * pixel;
  }
  const block = source.height * source.width;
  const repeats = source.channels / g.inChannels;
  for (let kd = 0; kd < g.filterDepth; kd++) {
    const id = od * g.strideDepth + kd * g.dilationDepth - g.padFront;
    const isInside = id >= 0 && id < g.inDepth;
    const slice = to + kd * block * source.channels * F;
    const padded = repeats === 1 ? slice : to + g.filterDepth * block * source.channels * F;
    native.padImage(
      isInside ? image + id * slicePixels * pixel : image,
      0,
      padded,
      g.inHeight,
      g.inWidth,
      g.inChannels,
      isInside ? oh * g.strideHeight - g.padTop : -source.height,
      source.height,
      -g.padLeft,
      source.width,
    );
    if (repeats !== 1) native.repeatChannels(padded, slice, block * g.inChannels, repeats);
  }
  return to;
}

/** Calls `visit(b, od, oh, rows)` for every block of output rows. */
export function forEachBlock(
  g: ConvGeometry,
  blockRows: number,
  visit: (b: number, od: number, oh: number, rows: number) => void,
): void {
  for (let b = 0; b < g.batch; b++) {
    for (let od = 0; od < g.outDepth; od++) {
      for (let oh = 0; oh < g.outHeight; oh += blockRows) {
        visit(b, od, oh, Math.min(blockRows, g.outHeight - oh));
      }
    }
  }
}
