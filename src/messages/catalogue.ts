/**
 * How words reach the screen. Each area of the interface has one file of messages here (`canvas.ts`, `shell.ts`, …), an
 * object of `Text`s with `{name}` places; both languages side by side, so neither can be forgotten. Node titles and field
 * help stand beside their node, problem sentences in `problems.ts`.
 */
import type { Locale, Text } from '../graph/text';

export type Messages = { readonly [key: string]: Text };

/** Checks that an area is complete in both languages and keeps its keys literal. */
export const defineMessages = <const M extends Messages>(messages: M): M => messages;

/** Fills `{name}` places. A place without a value is a programmer mistake and shows as it is written. */
export function format(
  text: Text,
  locale: Locale,
  values: { readonly [name: string]: string | number } = {},
): string {
  return text[locale].replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** 1.2 M, 34.5 k, 912: three significant digits as in the look. */
export function formatCount(value: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e12, ' T'],
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ];
  for (const [size, unit] of units)
    if (Math.abs(value) >= size) return `${Number((value / size).toPrecision(3))}${unit}`;
  return String(value);
}

/** 412 ms, 3.4 s, 2 min 5 s. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000)
    return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export const formatPercent = (share: number): string => `${(share * 100).toFixed(1)} %`;
