/**
 * What is counted about one head while rows go by, from the step's own outputs: a confusion matrix or sums of errors, both
 * tiny, so that any metric can be read at any time.
 */
import type { PlanHead } from '../compile/plan';
import type { FittedTarget, TensorData } from '../data/dataset';
import type { ConfusionCounts, MetricType, RegressionSums } from '../nodes/define-training';
import { metricType } from '../nodes/training-index';
import type { HeadReport, Measures } from './run-event';

const SCATTER_POINTS = 200;

export interface HeadMeter {
  /** `outcome`: predicted class per row or step (−1 = does not count), or the predicted numbers. */
  add(outcome: ArrayLike<number>, target: TensorData): void;
  measures(): Measures;
  report(): HeadReport;
  /** What `measures` is computed from (not the scatter points, which only an evaluation shows). */
  save(): Float64Array;
  restore(sums: ArrayLike<number>): void;
}

/** `expectedRows` spaces the scatter points evenly over an evaluation. */
export function headMeter(head: PlanHead, fitted: FittedTarget, expectedRows: number): HeadMeter {
  return head.target.kind === 'numbers'
    ? new NumbersMeter(head, fitted, expectedRows)
    : new ClassMeter(head, head.target.classes);
}

type MetricOf<K extends MetricType['of']> = Extract<MetricType, { of: K }>;

function metricsOf<K extends MetricType['of']>(head: PlanHead, of: K): MetricOf<K>[] {
  return head.metrics.flatMap((id) => {
    const metric = metricType(id);
    return metric?.of === of ? [metric as MetricOf<K>] : [];
  });
}

class ClassMeter implements HeadMeter {
  readonly #head: PlanHead;
  readonly #classes: readonly string[];
  readonly #counts: ConfusionCounts;
  readonly #metrics: readonly MetricOf<'confusion'>[];

  constructor(head: PlanHead, classes: readonly string[]) {
    this.#head = head;
    this.#classes = classes;
    this.#counts = { classes: classes.length, counts: new Float64Array(classes.length ** 2) };
    this.#metrics = metricsOf(head, 'confusion');
  }

  add(outcome: ArrayLike<number>, { values }: TensorData): void {
    const { classes, counts } = this.#counts;
    for (let i = 0; i < values.length; i += 1) {
      const predicted = outcome[i]!;
      if (predicted >= 0) counts[values[i]! * classes + predicted]! += 1;
    }
  }

  measures(): Measures {
    return Object.fromEntries(this.#metrics.map((metric) => [metric.type, metric.compute(this.#counts)]));
  }

  save(): Float64Array {
    return this.#counts.counts.slice();
  }

  restore(sums: ArrayLike<number>): void {
    this.#counts.counts.set(sums);
  }

  report(): HeadReport {
    return {
      head: this.#head.name,
      measures: this.measures(),
      confusion: { classes: this.#classes, counts: Array.from(this.#counts.counts) },
      scatter: null,
    };
  }
}

const SUMS = ['n', 'absoluteError', 'squaredError', 'target', 'targetSquared'] as const;

class NumbersMeter implements HeadMeter {
  readonly #head: PlanHead;
  readonly #units: (column: number, value: number) => number;
  readonly #metrics: readonly MetricOf<'regression'>[];
  readonly #columns: number;
  readonly #stride: number;
  readonly #scatter = { target: [] as number[], prediction: [] as number[] };
  #rows = 0;
  #sums: { -readonly [K in keyof RegressionSums]: number } = {
    n: 0,
    absoluteError: 0,
    squaredError: 0,
    target: 0,
    targetSquared: 0,
  };

  constructor(head: PlanHead, fitted: FittedTarget, expectedRows: number) {
    this.#head = head;
    this.#units = ownUnits(fitted);
    this.#metrics = metricsOf(head, 'regression');
    this.#columns = head.target.kind === 'numbers' ? head.target.columns.length : 1;
    this.#stride = Math.max(1, Math.ceil((expectedRows * this.#columns) / SCATTER_POINTS));
  }

  add(outcome: ArrayLike<number>, { values }: TensorData): void {
    const sums = this.#sums;
    for (let i = 0; i < values.length; i += 1) {
      const column = i % this.#columns;
      const target = this.#units(column, values[i]!);
      const prediction = this.#units(column, outcome[i]!);
      const error = prediction - target;
      sums.n += 1;
      sums.absoluteError += Math.abs(error);
      sums.squaredError += error * error;
      sums.target += target;
      sums.targetSquared += target * target;
      if (this.#rows % this.#stride === 0 && this.#scatter.target.length < SCATTER_POINTS) {
        this.#scatter.target.push(target);
        this.#scatter.prediction.push(prediction);
      }
      if (column === this.#columns - 1) this.#rows += 1;
    }
  }

  measures(): Measures {
    return Object.fromEntries(this.#metrics.map((metric) => [metric.type, metric.compute(this.#sums)]));
  }

  save(): Float64Array {
    return Float64Array.from(SUMS, (name) => this.#sums[name]);
  }

  restore(sums: ArrayLike<number>): void {
    for (const [i, name] of SUMS.entries()) this.#sums[name] = sums[i]!;
  }

  report(): HeadReport {
    return { head: this.#head.name, measures: this.measures(), confusion: null, scatter: this.#scatter };
  }
}

/** Undoes the standardisation that the targets got for training. */
export function ownUnits(fitted: FittedTarget): (column: number, value: number) => number {
  if (fitted.kind !== 'numbers') return (_, value) => value;
  const { mean, std } = fitted;
  return (column, value) => value * std[column]! + mean[column]!;
}
