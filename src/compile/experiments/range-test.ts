/**
 * The learning-rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): a model that is thrown away
 * afterwards takes a few steps while its rate rises exponentially; the loss against the rate shows where learning is fast and where
 * it breaks.
 */
import type { TrainingPlan } from '../plan';

export interface RangeTestSettings {
  readonly from: number;
  readonly to: number;
  /** Moves of the weights. */
  readonly steps: number;
}
export const RANGE_TEST: RangeTestSettings = { from: 1e-7, to: 10, steps: 200 };

/** The smoothed loss is over when it is this many times the lowest (as in fastai and Keras' finders). */
const DIVERGED = 4;
/** Share of the past in the smoothed loss (`smooth_f = 0.05` of torch-lr-finder). */
const SMOOTHING = 0.95;

/**
 * The same training with the rate of the test. Nothing may end it early or average its weights; it has more epochs than it
 * needs steps, so whoever listens ends it.
 */
export function rangeTestPlan(training: TrainingPlan, settings: RangeTestSettings): TrainingPlan {
  const { from, to, steps } = settings;
  const phase = training.phases[0]!;
  return {
    ...training,
    phases: [
      {
        ...phase,
        epochs: steps * phase.accumulate,
        optimizer: { ...phase.optimizer, config: { ...phase.optimizer.config, learningRate: from } },
        schedule: { type: 'range-test', config: { ratio: to / from, steps } },
        earlyStopping: null,
        averaging: null,
        stop: { minutes: null, target: null },
      },
    ],
  };
}

/** Steps of the run that the test takes: each move of the weights has this many batches. */
export const rangeTestSteps = ({ phases }: TrainingPlan, { steps }: RangeTestSettings): number =>
  steps * (phases[0]?.accumulate ?? 1);

/** The rate of the move that batch `step` (from 1) belongs to; its loss was taken just before that move, as in fastai. */
export function rateAt(step: number, accumulate: number, { from, to, steps }: RangeTestSettings): number {
  const move = Math.floor((step - 1) / accumulate);
  return from * (to / from) ** Math.min(1, move / (steps - 1));
}

/** Exponential mean of the past, without the pull towards zero at the beginning (as Adam's bias correction). */
export function smoothLoss(losses: readonly number[]): number[] {
  let mean = 0;
  return losses.map((loss, i) => {
    mean = SMOOTHING * mean + (1 - SMOOTHING) * loss;
    return mean / (1 - SMOOTHING ** (i + 1));
  });
}

/** Index one past the last loss that belongs to the test: the first that is not finite, or whose mean is DIVERGED times the lowest. */
export function rangeTestEnd(losses: readonly number[]): number {
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  const finite = bad < 0 ? losses : losses.slice(0, bad);
  let lowest = Number.POSITIVE_INFINITY;
  for (const [i, loss] of smoothLoss(finite).entries()) {
    if (i > 0 && loss > DIVERGED * lowest) return i + 1;
    lowest = Math.min(lowest, loss);
  }
  return finite.length;
}

export interface RateSuggestion {
  /** Where the smoothed loss falls fastest against the logarithm of the rate. */
  readonly steepest: number;
  /** A tenth of the rate at which the smoothed loss is lowest (fastai's `minimum`): a step back from where it breaks. */
  readonly tenthOfLowest: number;
}

/** As in fastai and Lightning: the first moves tell of the start, the last of the break. */
const SKIP_FIRST = 10;
const SKIP_LAST = 5;

/** A smaller fall, as a share of the loss before it, is noise. */
const LEAST_FALL = 0.01;

/** Null when the loss never falls, or there are too few points to tell. */
export function suggestRate(rates: readonly number[], losses: readonly number[]): RateSuggestion | null {
  const end = rangeTestEnd(losses);
  const smoothed = smoothLoss(losses.slice(0, end));
  const last = end - 1 - SKIP_LAST;
  if (last - SKIP_FIRST < 2) return null;
  let steepest = -1;
  let slope = 0;
  let lowest = SKIP_FIRST;
  for (let i = SKIP_FIRST; i <= last; i += 1) {
    if (smoothed[i]! < smoothed[lowest]!) lowest = i;
    const change = (smoothed[i + 1]! - smoothed[i - 1]!) / Math.log(rates[i + 1]! / rates[i - 1]!);
    if (change < slope) {
      slope = change;
      steepest = i;
    }
  }
  const first = smoothed[SKIP_FIRST]!;
  if (steepest < 0 || first - smoothed[lowest]! < LEAST_FALL * Math.abs(first)) return null;
  return { steepest: short(rates[steepest]!), tenthOfLowest: short(rates[lowest]! / 10) };
}

/** Two digits: more would pretend to know better than the next seed. */
const short = (rate: number): number => Number(rate.toPrecision(2));
