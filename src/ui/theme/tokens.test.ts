/** Both sets of tokens keep the contrast the look promises, also as seen with the three kinds of colour blindness. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FLOWS } from '../../graph/shape';
import { FAMILIES } from '../../nodes/define-node';

type Rgb = readonly [number, number, number];

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
function tokens(theme: string): Map<string, string> {
  const block = css.match(new RegExp(`\\[data-theme="${theme}"\\] \\{([\\s\\S]*?)\\n\\}`))![1]!;
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]));
}
const themes = { light: tokens('light'), dark: tokens('dark') };

const rgb = (hex: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb;
const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
/** Relative luminance and contrast ratio as WCAG 2 defines them. */
const luminance = (hex: string) => {
  const [r, g, b] = rgb(hex).map(linear) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
};

/** Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB. */
const BLINDNESS = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
/** OKLab (Ottosson 2020); Euclidean distance there is close to what the eye tells apart (0.02 is just noticeable). */
function oklab(hex: string, matrix: readonly number[]): Rgb {
  const source = rgb(hex).map(linear);
  const [r, g, b] = [0, 3, 6].map((row) =>
    Math.min(
      1,
      Math.max(0, matrix[row]! * source[0]! + matrix[row + 1]! * source[1]! + matrix[row + 2]! * source[2]!),
    ),
  ) as unknown as Rgb;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
const distance = (a: Rgb, b: Rgb) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.each(Object.entries(themes))('%s tokens', (_, set) => {
  const ratio = (a: string, b: string) => contrast(set.get(a)!, set.get(b)!);
  const surfaces = ['surface', 'surface-sunken', 'canvas'];

  it.each(surfaces)('text reads on %s', (surface) => {
    for (const text of ['text', 'text-dim', 'accent-text', 'error-text', 'warning-text', 'success-text']) {
      expect(ratio(text, surface), text).toBeGreaterThanOrEqual(4.5);
    }
    for (const family of [...FAMILIES, 'unknown'])
      expect(ratio(`family-${family}-text`, surface), family).toBeGreaterThanOrEqual(4.5);
  });

  it('text reads on hovered, active and tinted surfaces', () => {
    expect(ratio('text-dim', 'surface-hover')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('text', 'surface-active')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('on-accent', 'accent')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('on-accent', 'accent-hover')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('accent-text', 'accent-soft')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('error-text', 'error-soft')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('warning-text', 'warning-soft')).toBeGreaterThanOrEqual(4.5);
    expect(ratio('text-inverse', 'surface-inverse')).toBeGreaterThanOrEqual(4.5);
  });

  it.each(surfaces)('lines, icons and control borders are seen on %s', (surface) => {
    for (const line of ['accent', 'error', 'warning', 'border-strong'])
      expect(ratio(line, surface), line).toBeGreaterThanOrEqual(3);
    for (const family of [...FAMILIES, 'unknown'])
      expect(ratio(`family-${family}`, surface), family).toBeGreaterThanOrEqual(3);
    for (const flow of [...FLOWS, 'unknown'])
      expect(ratio(`flow-${flow}`, surface), flow).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(BLINDNESS))('families that touch in the palette differ: %s', (_name, matrix) => {
    FAMILIES.slice(1).forEach((family, index) => {
      const before = FAMILIES[index]!;
      const apart = distance(
        oklab(set.get(`family-${family}`)!, matrix),
        oklab(set.get(`family-${before}`)!, matrix),
      );
      expect(apart, `${before} and ${family}`).toBeGreaterThan(0.08);
    });
  });
});

it('light and dark name the same tokens', () => {
  expect([...themes.dark.keys()]).toEqual([...themes.light.keys()]);
});
