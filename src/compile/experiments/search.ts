/** A search as plain data: what is asked, the runs that answer it, which of them go on and which is best. */
import type { GraphDoc } from '../../graph/document';
import type { DatasetSchema } from '../../graph/schema';
import type { ModelPlan, TrainingPlan } from '../plan';
import { halvingRungs, promoted, type Rung } from './halving';
import { type Dimension, gridPoints, type Point, type Random, randomPoints } from './space';
import { betterOf } from './summary';
import { makeTrials, type Skipped, type Trial } from './trials';

export interface SearchSettings {
  readonly dimensions: readonly Dimension[];
  readonly strategy: 'grid' | 'random' | 'halving';
  /** At most so many runs; of the first rung with successive halving. */
  readonly runs: number;
  readonly minutes: number | null;
  /** The history column that decides. */
  readonly measure: string;
  /** Of successive halving: one in so many goes on. */
  readonly factor: number;
  /** Of the points; every run has the seed of the project. */
  readonly seed: number;
}

/** `trial` counts the points that can be trained, `rung` the selections of successive halving before this run. */
export interface TrialVariation {
  readonly kind: 'trial';
  readonly trial: number;
  readonly point: Point;
  readonly rung: number;
}
export interface TrialRun {
  readonly variation: TrialVariation;
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
  /** Epochs after which it ends for now, to go on in the next rung; null where it ends as the training plan says. */
  readonly until: number | null;
}
export interface PlannedSearch {
  /** Of the first rung with successive halving. */
  readonly runs: readonly TrialRun[];
  readonly skipped: readonly Skipped[];
  readonly trials: readonly Trial[];
  readonly rungs: readonly Rung[];
}

/** A run that is over; without a score it never goes on and is never best. */
export interface Scored {
  readonly variation: Pick<TrialVariation, 'trial' | 'rung'>;
  readonly score: number | null;
}

/** `random` is that of the settings' seed. */
export function planSearch(
  doc: GraphDoc,
  schema: DatasetSchema,
  search: SearchSettings,
  random: Random,
): PlannedSearch {
  const { dimensions, strategy, runs } = search;
  const points =
    strategy === 'grid' ? gridPoints(dimensions, runs, random) : randomPoints(dimensions, random);
  const places = dimensions.map(({ place }) => place);
  const { trials, skipped } = makeTrials(doc, schema, places, points, runs);
  // How many there are decides how many rungs pay; with fewer than asked for there are fewer of them.
  const rungs =
    strategy === 'halving' && trials.length > 0
      ? halvingRungs(trials.length, epochsOf(trials[0]!.training), search.factor)
      : [];
  return { runs: trials.map((trial, i) => trialRun(trial, i, 0, rungs)), skipped, trials, rungs };
}

export const epochsOf = ({ phases }: TrainingPlan): number =>
  phases.reduce((sum, { epochs }) => sum + epochs, 0);

function trialRun(
  { point, plan, training }: Trial,
  trial: number,
  at: number,
  rungs: readonly Rung[],
): TrialRun {
  const variation = { kind: 'trial', trial, point, rung: at } as const;
  const last = rungs.at(-1);
  // A search may vary the epochs as well: the rungs say how many there are.
  const phases = last ? training.phases.map((phase) => ({ ...phase, epochs: last.epochs })) : training.phases;
  const until = at < rungs.length - 1 ? rungs[at]!.epochs : null;
  return { variation, plan, training: { ...training, phases }, until };
}

/** The runs of the rung after this one, when all of this one have ended. */
export function nextRung(
  { trials, rungs }: Pick<PlannedSearch, 'trials' | 'rungs'>,
  ended: readonly Scored[],
  measure: string,
  rung: number,
): readonly TrialRun[] {
  const next = rungs[rung + 1];
  if (!next) return [];
  const here = ended.filter(({ variation }) => variation.rung === rung);
  const scores = here.map(({ score }) => score);
  return promoted(scores, next.trials, betterOf(measure)).map((index) => {
    const { trial } = here[index]!.variation;
    return trialRun(trials[trial]!, trial, rung + 1, rungs);
  });
}

/** The best of those that came furthest, since more epochs make more of any settings. */
export function bestScored<S extends Scored>(ended: readonly S[], measure: string): S | null {
  const scored = ended.filter(({ score }) => score !== null);
  const last = Math.max(...scored.map(({ variation }) => variation.rung));
  const candidates = scored.filter(({ variation }) => variation.rung === last);
  const [best] = promoted(
    candidates.map(({ score }) => score),
    1,
    betterOf(measure),
  );
  return best === undefined ? null : candidates[best]!;
}
