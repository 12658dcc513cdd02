/** Names of history columns: `val_accuracy` is a validation column, `species.loss` belongs to the head `species`. */
import type { Text } from '../../graph/text';
import { trainingMessages as words } from '../../messages/training';
import { lossType, metricType } from '../../nodes/training-index';

export interface Measure {
  /** `loss` or a metric id. */
  readonly id: string;
  readonly head: string | null;
  readonly validation: boolean;
}

export function parseMeasure(column: string): Measure {
  const validation = column.startsWith('val_');
  const rest = validation ? column.slice(4) : column;
  const dot = rest.lastIndexOf('.');
  return { id: rest.slice(dot + 1), head: dot < 0 ? null : rest.slice(0, dot), validation };
}

export const isLoss = (column: string): boolean => parseMeasure(column).id === 'loss';
export const isPercent = (id: string): boolean => metricType(id)?.percent ?? false;

/** Title of a metric, a loss, or `loss` itself; an id that nobody knows stands for itself. */
export function measureTitle(id: string): Text {
  return id === 'loss' ? words.loss : (metricType(id)?.title ?? lossType(id)?.title ?? { en: id, zh: id });
}

/** `92.1 %` for shares; otherwise four significant digits, which is what one epoch changes. */
export function formatMeasure(id: string, value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (isPercent(id)) return `${(value * 100).toFixed(1)} %`;
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}

/** Axis ticks are round already: `90 %`, `0.5`, `1e-4`. */
export function formatTick(id: string, value: number): string {
  const scaled = Number((isPercent(id) ? value * 100 : value).toPrecision(6));
  const size = Math.abs(scaled);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? scaled.toExponential() : String(scaled);
  return isPercent(id) ? `${text} %` : text;
}
