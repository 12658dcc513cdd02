/** Losses and outcomes of all heads for one batch, and what they add up to over an epoch or a split. */
import type * as tfjs from '@tensorflow/tfjs';
import type { ModelPlan, PlanHead } from '../compile/plan';
import type { Batch, Fitted, TensorData } from '../data/dataset';
import type { Tfjs } from '../nodes/define-node';
import type { LossType } from '../nodes/define-training';
import { lossType } from '../nodes/training-index';
import type { HeadOutputs } from './build-model';
import type { SavedState } from './checkpoint';
import { type HeadMeter, headMeter } from './head-meter';
import type { Report } from './report';
import type { HeadReport, Measures } from './run-event';

export interface BatchTensors {
  readonly inputs: readonly tfjs.Tensor[];
  readonly targets: readonly tfjs.Tensor[];
}

const toTensor = (tf: Tfjs, { values, shape }: TensorData): tfjs.Tensor =>
  tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32');

export function batchTensors(tf: Tfjs, batch: Batch): BatchTensors {
  return {
    inputs: batch.inputs.map((data) => toTensor(tf, data)),
    targets: batch.targets.map((data) => toTensor(tf, data)),
  };
}

export interface HeadLosses {
  /** What is minimised. */
  readonly minimised: tfjs.Scalar;
  /**
   * Sum over the heads by the weights set on them. It is what is reported: the same quantity in training and in evaluation, whatever
   * weights classes and heads have in `minimised`. The same tensor where they have none.
   */
  readonly total: tfjs.Scalar;
  readonly heads: readonly tfjs.Scalar[];
}

export interface ObjectiveOptions {
  /** By head and class (`balancedWeights`); null counts all classes of the head alike. */
  readonly classWeights: readonly (Float32Array | null)[];
  readonly lossWeighting: 'fixed' | 'uncertainty';
}

/** The losses of a plan's heads. */
export class Objective {
  /** Learned with the weights of the model: the log-variance of each head. */
  readonly variables: readonly tfjs.Variable[];
  readonly #tf: Tfjs;
  readonly #heads: readonly PlanHead[];
  readonly #losses: readonly LossType[];
  readonly #classWeights: readonly (tfjs.Tensor1D | null)[];

  /** Without options, as an evaluation measures: nothing weighted, nothing learned, nothing to dispose. */
  constructor(tf: Tfjs, plan: ModelPlan, options: ObjectiveOptions | null = null) {
    this.#tf = tf;
    this.#heads = plan.heads;
    this.#classWeights = plan.heads.map((_, h) => {
      const weights = options?.classWeights[h];
      return weights ? tf.tensor1d(weights) : null;
    });
    const isLearned = options?.lossWeighting === 'uncertainty' && plan.heads.length > 1;
    this.variables = isLearned ? plan.heads.map(() => tf.tidy(() => tf.variable(tf.scalar(0)))) : [];
    this.#losses = plan.heads.map(({ loss }) => {
      const type = lossType(loss);
      if (!type) throw new Error(`Plan: unknown loss ${loss}`);
      return type;
    });
  }

  /** Mean over the rows of each head's loss, and their sums. */
  losses({ values, masks }: HeadOutputs, targets: readonly tfjs.Tensor[]): HeadLosses {
    const tf = this.#tf;
    const plain = this.#losses.map((loss, h) => loss.compute(tf, values[h]!, targets[h]!, masks[h]!));
    const heads = plain.map((rows) => tf.mean<tfjs.Scalar>(rows));
    const total = this.#sum(heads);
    if (this.#classWeights.every((weights) => weights === null) && this.variables.length === 0)
      return { minimised: total, total, heads };
    const balanced = heads.map((loss, h) => {
      const weights = this.#classWeights[h];
      if (!weights) return loss;
      return tf.mean<tfjs.Scalar>(this.#balanced(h, plain[h]!, weights, values[h]!, targets[h]!, masks[h]!));
    });
    const minimised = this.variables.length > 0 ? this.#byUncertainty(balanced) : this.#sum(balanced);
    return { minimised, total, heads };
  }

  #sum(losses: readonly tfjs.Scalar[]): tfjs.Scalar {
    const tf = this.#tf;
    return losses
      .map((loss, h) => {
        const { weight } = this.#heads[h]!;
        return weight === 1 ? loss : tf.mul<tfjs.Scalar>(loss, weight);
      })
      .reduce((sum, loss) => tf.add<tfjs.Scalar>(sum, loss));
  }

  /** Each row, or each real step of a row, times the weight of its class; the divisor stays their number, as in Keras. */
  #balanced(
    h: number,
    plain: tfjs.Tensor,
    weights: tfjs.Tensor1D,
    logits: tfjs.Tensor,
    target: tfjs.Tensor,
    mask: tfjs.Tensor | null,
  ): tfjs.Tensor {
    const tf = this.#tf;
    const weight = tf.gather(weights, tf.cast(target, 'int32'));
    if (target.rank === 1) return tf.mul(plain, weight);
    // A loss divides by the sum of its mask and at least by 1 (`overSteps`); what the weights did to the divisor is taken back.
    const counts = mask ?? tf.onesLike(weight);
    const weighted = tf.mul(weight, counts);
    const steps = (of: tfjs.Tensor) => tf.maximum(tf.sum(of, -1), 1);
    const rows = this.#losses[h]!.compute(tf, logits, target, weighted);
    return tf.mul(rows, tf.div(steps(weighted), steps(counts)));
  }

  /**
   * Kendall, Gal and Cipolla (2018), equations 7 and 10, with s = log σ²: ½ e^−s L + ½ s for numbers, e^−s L + ½ s for classes. The
   * weights set on the heads play no part.
   */
  #byUncertainty(losses: readonly tfjs.Scalar[]): tfjs.Scalar {
    const tf = this.#tf;
    return losses
      .map((loss, h) => {
        const s = this.variables[h]!;
        const factor = this.#heads[h]!.target.kind === 'numbers' ? 0.5 : 1;
        return tf.add<tfjs.Scalar>(tf.mul(tf.mul(tf.exp(tf.neg(s)), factor), loss), tf.mul(s, 0.5));
      })
      .reduce((sum, loss) => tf.add<tfjs.Scalar>(sum, loss));
  }

  dispose(): void {
    this.#tf.dispose(this.#classWeights.filter((weights) => weights !== null));
    for (const variable of this.variables) variable.dispose();
  }

  /** The parts of the report (see `report.ts`). */
  parts(
    { total, heads }: HeadLosses,
    outputs: HeadOutputs,
    metered: (head: PlanHead) => boolean,
  ): tfjs.Tensor[] {
    const losses = heads.length > 1 ? [total, ...heads] : [total];
    const outcomes = this.#heads.flatMap((head, h) =>
      metered(head) ? [outcomeOf(this.#tf, head, outputs.values[h]!, outputs.masks[h]!)] : [],
    );
    return [...losses, ...outcomes];
  }
}

/** Class index per row or step, −1 where a step does not count; numbers as they are. */
function outcomeOf(tf: Tfjs, head: PlanHead, logits: tfjs.Tensor, mask: tfjs.Tensor | null): tfjs.Tensor {
  if (head.target.kind === 'numbers') return logits;
  const isBinary = head.target.classes.length === 2 && logits.shape.at(-1) === 1;
  // p > 1/2 exactly when z > 0.
  const found = isBinary ? tf.greater(logits, 0) : tf.argMax(logits, -1);
  return mask ? tf.sub(tf.mul(tf.add(tf.cast(found, 'float32'), 1), mask), 1) : found;
}

/** Losses and metrics over the rows of one epoch or one evaluation. */
export class Meter {
  readonly #heads: readonly PlanHead[];
  readonly #meters: readonly HeadMeter[];
  readonly #metered: (head: PlanHead) => boolean;
  /** Sums over rows: total first, then one per head when there are several. */
  readonly #lossSums: Float64Array;
  #rows = 0;

  constructor(plan: ModelPlan, fitted: Fitted, metered: (head: PlanHead) => boolean, expectedRows: number) {
    this.#heads = plan.heads;
    this.#metered = metered;
    this.#meters = plan.heads.map((head, h) => headMeter(head, fitted.targets[h]!, expectedRows));
    this.#lossSums = new Float64Array(plan.heads.length > 1 ? plan.heads.length + 1 : 1);
  }

  /** The report of a batch of `rows` rows. */
  add(report: Report, targets: readonly TensorData[], rows: number): void {
    for (let i = 0; i < this.#lossSums.length; i += 1) this.#lossSums[i]! += report[i]![0]! * rows;
    this.#rows += rows;
    let at = this.#lossSums.length;
    for (const [h, head] of this.#heads.entries()) {
      if (!this.#metered(head)) continue;
      this.#meters[h]!.add(report[at]!, targets[h]!);
      at += 1;
    }
  }

  /** Losses of the last report, or their means over all rows, with the metrics so far. */
  measures(losses: 'mean' | Report): Measures {
    const lossAt = (i: number) => (losses === 'mean' ? this.#lossSums[i]! / this.#rows : losses[i]![0]!);
    const columns: Record<string, number> = { loss: lossAt(0) };
    const several = this.#heads.length > 1;
    for (const [h, head] of this.#heads.entries()) {
      if (several) columns[`${head.name}.loss`] = lossAt(h + 1);
      for (const [metric, value] of Object.entries(this.#meters[h]!.measures())) {
        columns[several ? `${head.name}.${metric}` : metric] = value;
      }
    }
    return columns;
  }

  save(): SavedState {
    const heads = this.#meters.map((meter, h) => [`head${h}`, meter.save()] as const);
    return {
      numbers: { rows: this.#rows },
      arrays: { losses: this.#lossSums.slice(), ...Object.fromEntries(heads) },
    };
  }

  restore({ numbers, arrays }: SavedState): void {
    this.#rows = numbers['rows']!;
    this.#lossSums.set(arrays['losses']!);
    for (const [h, meter] of this.#meters.entries()) meter.restore(arrays[`head${h}`]!);
  }

  reports(): HeadReport[] {
    const means = this.measures('mean');
    const several = this.#heads.length > 1;
    return this.#meters.map((meter, h) => {
      const report = meter.report();
      const loss = means[several ? `${this.#heads[h]!.name}.loss` : 'loss']!;
      return { ...report, measures: { loss, ...report.measures } };
    });
  }
}
