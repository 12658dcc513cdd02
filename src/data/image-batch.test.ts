import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ImageColumn } from '../graph/schema';
import { imageWriter } from './image-batch';

fc.configureGlobal({ seed: 42 });

const column = (height: number, width: number, channels: 1 | 3): ImageColumn => ({
  kind: 'image',
  name: 'image',
  height,
  width,
  channels,
});
const feature = (
  height: number,
  width: number,
  channels: 1 | 3,
  scale: 'unit' | 'signed' | 'none' = 'none',
) => ({ kind: 'image', column: 'image', height, width, channels, scale }) as const;

function write(
  pixels: number[],
  from: ImageColumn,
  to: ReturnType<typeof feature>,
  rows = [0],
  max = 255,
): number[] {
  const out = new Float32Array(rows.length * to.height * to.width * to.channels);
  imageWriter(Uint8Array.from(pixels), max, from, to)(rows, out);
  return [...out];
}

describe('imageWriter', () => {
  it.each<['unit' | 'signed' | 'none', number[]]>([
    ['unit', [0, 0.5, 1, 0.25]],
    ['signed', [-1, 0, 1, -0.5]],
    ['none', [0, 8, 16, 4]],
  ])('scales by the data set’s own maximum: %s', (scale, expected) => {
    expect(write([0, 8, 16, 4], column(2, 2, 1), feature(2, 2, 1, scale), [0], 16)).toEqual(expected);
  });

  it('picks rows in the order asked for, also twice', () => {
    expect(write([1, 2, 3, 4, 5, 6], column(1, 2, 1), feature(1, 2, 1), [2, 0, 2])).toEqual([
      5, 6, 1, 2, 5, 6,
    ]);
  });

  it('makes grey from colour by luma, and colour from grey by repetition', () => {
    const [grey] = write([200, 100, 50], column(1, 1, 3), feature(1, 1, 1));
    expect(grey).toBeCloseTo(0.299 * 200 + 0.587 * 100 + 0.114 * 50, 4);
    expect(write([7, 9], column(1, 2, 1), feature(1, 2, 3))).toEqual([7, 7, 7, 9, 9, 9]);
  });

  it('shrinks with the triangle filter, by hand: 4 → 2', () => {
    // Centre 1, support 2 over cells 0 1 2 (at distance ½, ½, 3/2 and cell 0…2): weights ¾ ¾ ¼ over their sum.
    const [left, right] = write([10, 20, 30, 40], column(1, 4, 1), feature(1, 2, 1));
    expect(left).toBeCloseTo((0.75 * 10 + 0.75 * 20 + 0.25 * 30) / 1.75, 4);
    expect(right).toBeCloseTo((0.25 * 20 + 0.75 * 30 + 0.75 * 40) / 1.75, 4);
  });

  it('keeps a constant picture constant at any size', () => {
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(size, size, size, size, fc.integer({ min: 0, max: 255 }), (h, w, toH, toW, value) => {
        const out = write(new Array<number>(h * w).fill(value), column(h, w, 1), feature(toH, toW, 1));
        for (const v of out) expect(v).toBeCloseTo(value, 3);
      }),
    );
  });

  beforeAll(async () => {
    await tf.setBackend('cpu');
    await tf.ready();
  });

  it('enlarges as tf.image.resizeBilinear with half-pixel centres, in colour', () => {
    const pixels = Array.from({ length: 5 * 4 * 3 }, (_, i) => (i * 37) % 256);
    const ours = write(pixels, column(5, 4, 3), feature(11, 9, 3, 'unit'));
    const theirs = tf.tidy(() =>
      tf.image
        .resizeBilinear(tf.tensor3d(pixels, [5, 4, 3]).div<tf.Tensor3D>(255), [11, 9], false, true)
        .dataSync(),
    );
    ours.forEach((value, i) => {
      expect(value).toBeCloseTo(theirs[i]!, 5);
    });
  });
});
