/** Decodes PNG and JPEG in Node, where there is no `createImageBitmap`; everything else about images is `data/`'s. */
import { decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import { imageWriter } from '../data/image-batch';
import type { DecodeImage } from '../data/parse-images';

interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey + alpha, 3 colour, 4 colour + alpha. */
  readonly channels: number;
  readonly values: ArrayLike<number>;
  readonly max: number;
}

export const decodeImage: DecodeImage = async (bytes, { height, width }, channels) => {
  const picture = readPicture(bytes);
  if (!picture) return null;
  const column = { kind: 'image', name: '', height: picture.height, width: picture.width, channels } as const;
  const feature = { kind: 'image', column: '', height, width, channels, scale: 'none' } as const;
  const resized = new Float32Array(height * width * channels);
  imageWriter(overWhite(picture, channels), 255, column, feature)([0], resized);
  return Uint8Array.from(resized, Math.round);
};

function readPicture(bytes: Uint8Array): Picture | null {
  try {
    if (bytes[0] === 0xff && bytes[1] === 0xd8) {
      const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: true });
      return { width, height, channels: 4, values: data, max: 255 };
    }
    const { width, height, data, channels, depth, palette } = decodePng(bytes);
    if (!palette) return { width, height, channels, values: data, max: 2 ** depth - 1 };
    const values = new Uint8Array(width * height * 3);
    for (let i = 0; i < width * height; i++) values.set(palette[data[i]!]!.slice(0, 3), i * 3);
    return { width, height, channels: 3, values, max: 255 };
  } catch {
    return null;
  }
}

/** Alpha over white; grey from colour by the luma weights of ITU-R BT.601, as canvas and PIL do. */
function overWhite({ width, height, channels, values, max }: Picture, wanted: 1 | 3): Uint8Array {
  const pixels = new Uint8Array(width * height * wanted);
  const isGrey = channels < 3;
  const hasAlpha = channels % 2 === 0;
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    const alpha = hasAlpha ? values[at + channels - 1]! / max : 1;
    const shade = (channel: number): number =>
      (values[at + (isGrey ? 0 : channel)]! / max) * alpha + 1 - alpha;
    const [r, g, b] = [shade(0), shade(1), shade(2)];
    if (wanted === 1) pixels[i] = Math.round(255 * (0.299 * r + 0.587 * g + 0.114 * b));
    else pixels.set([Math.round(255 * r), Math.round(255 * g), Math.round(255 * b)], i * 3);
  }
  return pixels;
}
