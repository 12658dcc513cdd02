/** One measure in a chart: its step curve and its epoch points for training and validation, under one colour. */
import type { Curve } from './smoothing';

export interface Series {
  readonly id: string;
  readonly label: string;
  /** 1 … 6: an index into the colour-blind-safe set of charts.module.css. */
  readonly color: number;
  readonly steps: Curve;
  /** `steps` smoothed; null when smoothing is off. */
  readonly smoothed: Curve | null;
  readonly train: Curve;
  readonly validation: Curve;
  format(value: number): string;
  /** As `format`, for round numbers on the axis. */
  formatTick(value: number): string;
}

export const seriesColor = (color: number): string => `var(--series-${((color - 1) % 6) + 1})`;
