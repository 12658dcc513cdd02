import { expect, it } from 'vitest';
import { packPixels } from './decode-image';

const rgba = Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255]);

it('drops alpha', () => {
  expect(Array.from(packPixels(rgba, 3))).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
});

it('makes grey by luma, as image libraries do', () => {
  // Pillow: Image.new('RGB', (1, 1), c).convert('L') gives 76, 149 (150 with rounding), 29, 255
  expect(Array.from(packPixels(rgba, 1))).toEqual([76, 150, 29, 255]);
});
