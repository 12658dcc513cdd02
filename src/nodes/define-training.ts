/** What a loss, a metric and an optimizer are: one file each, listed in `nodes/training-index.ts`. */
import type * as tfjs from '@tensorflow/tfjs';
import type { TargetKind } from '../graph/data-spec';
import type { Text } from '../graph/text';
import type { Tfjs } from './define-node';
import type { ConfigOf, Fields } from './fields';

export interface LossType {
  readonly type: string;
  readonly title: Text;
  readonly formula: string;
  readonly targets: readonly TargetKind[];
  /**
   * Loss per row from logits (numbers heads: the prediction itself): logits [b, …], target as in `TargetSpec`, optional step
   * mask float32 [b, t]. Returns float32 [b]; the engine takes the weighted mean.
   */
  compute(tf: Tfjs, logits: tfjs.Tensor, target: tfjs.Tensor, mask: tfjs.Tensor | null): tfjs.Tensor1D;
}

/** Counts over rows (or unmasked steps); everything a classification metric needs. Row = true class, column = predicted. */
export interface ConfusionCounts {
  readonly classes: number;
  /** classes × classes, row-major. */
  readonly counts: Float64Array;
}
/** Sums over rows × columns in the target's own units. */
export interface RegressionSums {
  readonly n: number;
  readonly absoluteError: number;
  readonly squaredError: number;
  readonly target: number;
  readonly targetSquared: number;
}

interface MetricBase {
  readonly type: string;
  readonly title: Text;
  readonly formula: string;
  /** For early stopping, best values and colouring. */
  readonly better: 'higher' | 'lower';
  readonly percent: boolean;
}
/** Precision, recall and F1 are for class 1 when there are two classes, else the macro mean; empty classes count as 0 (as scikit-learn with zero_division=0). */
export type MetricType =
  | (MetricBase & { readonly of: 'confusion'; compute(counts: ConfusionCounts): number })
  | (MetricBase & { readonly of: 'regression'; compute(sums: RegressionSums): number });

/** Where a phase stands when the learning rate of its next step is asked for. */
export interface SchedulePosition {
  /** Moves of the weights so far in the phase, and how many there will be. */
  readonly step: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Measures of the epochs of the phase that are over. */
  readonly history: readonly { readonly [column: string]: number }[];
}
export interface ScheduleType<F extends Fields = Fields> {
  readonly type: string;
  readonly title: Text;
  readonly summary: Text;
  readonly formula: string;
  readonly fields: F;
  /**
   * Factor of the optimizer's learning rate. It follows from the position alone, so that a resumed run goes on at the same rate
   * and a chart can show it beforehand.
   */
  factor(config: ConfigOf<F>, position: SchedulePosition): number;
}
export const defineSchedule = <const F extends Fields>(definition: ScheduleType<F>): ScheduleType =>
  definition as unknown as ScheduleType;

export interface OptimizerType<F extends Fields = Fields> {
  readonly type: string;
  readonly title: Text;
  readonly summary: Text;
  readonly formula: string;
  readonly fields: F;
  /** tfjs optimizer; `setLearningRate` of the engine relies on a `learningRate` property. */
  build(tf: Tfjs, config: ConfigOf<F>): tfjs.Optimizer;
}
export const defineOptimizer = <const F extends Fields>(definition: OptimizerType<F>): OptimizerType =>
  definition as unknown as OptimizerType;
