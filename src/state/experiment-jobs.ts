/** What an experiment runs: its settings and the compiled document → plans, one per run. Pure, so that a form can show it beforehand. */
import { halvingRungs, promoted, type Rung } from '../compile/experiments/halving';
import { rangeTestPlan } from '../compile/experiments/range-test';
import { gridPoints, randomPoints } from '../compile/experiments/space';
import { betterOf } from '../compile/experiments/summary';
import { makeTrials, type Skipped, type Trial } from '../compile/experiments/trials';
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { CompileResult } from '../compile/result';
import { createRandom } from '../data/random';
import type { GraphDoc } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import type {
  Experiment,
  ExperimentJob,
  ExperimentSettings,
  JobVariation,
  SearchSettings,
} from '../storage/experiments';

export interface PlannedRun {
  readonly variation: JobVariation;
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
}
export interface PlannedExperiment {
  /** Of the first rung with successive halving. */
  readonly runs: readonly PlannedRun[];
  readonly skipped: readonly Skipped[];
  readonly trials: readonly Trial[];
  readonly rungs: readonly Rung[];
}

/** Null while the document cannot be trained. */
export function planExperiment(
  doc: GraphDoc,
  { plan, training }: Pick<CompileResult, 'plan' | 'training'>,
  schema: DatasetSchema,
  settings: ExperimentSettings,
): PlannedExperiment | null {
  if (!plan || !training) return null;
  const simple = (runs: readonly Omit<PlannedRun, 'plan'>[]): PlannedExperiment => ({
    runs: runs.map((run) => ({ ...run, plan })),
    ...{ skipped: [], trials: [], rungs: [] },
  });
  switch (settings.kind) {
    case 'rates':
      return simple([{ variation: { kind: 'rates' }, training: rangeTestPlan(training, settings.test) }]);
    case 'seeds':
      return simple(
        Array.from({ length: settings.count }, (_, i) => {
          const seed = training.seed + i;
          return { variation: { kind: 'seed', seed }, training: { ...training, seed } };
        }),
      );
    case 'folds':
      return simple(
        Array.from({ length: settings.count }, (_, index) => {
          const fold = { index, of: settings.count };
          return { variation: { kind: 'fold', fold }, training: { ...training, fold } };
        }),
      );
    case 'search':
      return planSearch(doc, schema, settings.search);
  }
}

function planSearch(doc: GraphDoc, schema: DatasetSchema, search: SearchSettings): PlannedExperiment {
  const { dimensions, strategy, runs } = search;
  const random = createRandom(search.seed);
  const points =
    strategy === 'grid' ? gridPoints(dimensions, runs, random) : randomPoints(dimensions, random);
  const places = dimensions.map(({ place }) => place);
  const { trials, skipped } = makeTrials(doc, schema, places, points, runs);
  // How many there are decides how many rungs pay; with fewer than asked for there are fewer of them.
  const rungs =
    strategy === 'halving' && trials.length > 0
      ? halvingRungs(trials.length, epochsOf(trials[0]!.training), search.factor)
      : [];
  return { runs: trials.map((trial, i) => trialRun(trial, i, 0, rungs[0] ?? null)), skipped, trials, rungs };
}

export const epochsOf = ({ phases }: TrainingPlan): number =>
  phases.reduce((sum, { epochs }) => sum + epochs, 0);

function trialRun(
  { point, plan, training }: Trial,
  trial: number,
  at: number,
  rung: Rung | null,
): PlannedRun {
  const variation = { kind: 'trial', trial, point, rung: at } as const;
  const phases = rung ? training.phases.map((phase) => ({ ...phase, epochs: rung.epochs })) : training.phases;
  return { variation, plan, training: { ...training, phases } };
}

/** The runs of the rung after this one, when all of this one have ended. */
export function nextRung(
  { trials, rungs }: PlannedExperiment,
  jobs: readonly ExperimentJob[],
  measure: string,
  rung: number,
): readonly PlannedRun[] {
  const next = rungs[rung + 1];
  if (!next) return [];
  const here = jobs.filter(({ variation }) => variation.kind === 'trial' && variation.rung === rung);
  const scores = here.map((job) => scoreOf(job, measure));
  return promoted(scores, next.trials, betterOf(measure)).map((index) => {
    const { variation } = here[index]!;
    const trial = variation.kind === 'trial' ? variation.trial : 0;
    return trialRun(trials[trial]!, trial, rung + 1, next);
  });
}

export const scoreOf = ({ status, measures }: ExperimentJob, measure: string): number | null =>
  status === 'done' ? (measures?.[measure] ?? null) : null;

/** The best finished run of a search: of those that came furthest, since more epochs make more of any settings. */
export function bestJob({ settings, jobs }: Experiment): ExperimentJob | null {
  if (settings.kind !== 'search') return null;
  const { measure } = settings.search;
  const rungOf = ({ variation }: ExperimentJob) => (variation.kind === 'trial' ? variation.rung : 0);
  const finished = jobs.filter((job) => scoreOf(job, measure) !== null);
  const last = Math.max(...finished.map(rungOf));
  const candidates = finished.filter((job) => rungOf(job) === last);
  const [best] = promoted(
    candidates.map((job) => scoreOf(job, measure)),
    1,
    betterOf(measure),
  );
  return best === undefined ? null : candidates[best]!;
}
