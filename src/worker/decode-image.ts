/** Image files to pixels in a worker, by the browser's own decoders. */
import type { DecodeImage } from '../data/parse-images';

export const decodeImage: DecodeImage = async (bytes, { height, width }, channels) => {
  let bitmap: ImageBitmap;
  try {
    // A view of a SharedArrayBuffer cannot be in a Blob; these bytes come out of files and archives.
    bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>]), {
      resizeWidth: width,
      resizeHeight: height,
      resizeQuality: 'high',
      colorSpaceConversion: 'none',
    });
  } catch {
    return null;
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return packPixels(context.getImageData(0, 0, width, height).data, channels);
};

/** RGBA → RGB, or grey by the luma weights of ITU-R BT.601, which image libraries use for this conversion. */
export function packPixels(rgba: Uint8ClampedArray, channels: 1 | 3): Uint8Array {
  const count = rgba.length / 4;
  const pixels = new Uint8Array(count * channels);
  for (let i = 0; i < count; i += 1) {
    const [red, green, blue] = [rgba[i * 4]!, rgba[i * 4 + 1]!, rgba[i * 4 + 2]!];
    if (channels === 1) pixels[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else pixels.set([red, green, blue], i * 3);
  }
  return pixels;
}
