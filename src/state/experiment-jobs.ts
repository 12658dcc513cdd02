/** What an experiment runs: its settings and the compiled document → plans, one per run. Pure, so that a form can show it beforehand. */
import { rangeTestPlan } from '../compile/experiments/range-test';
import { bestScored, nextRung, type PlannedSearch, planSearch } from '../compile/experiments/search';
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { CompileResult } from '../compile/result';
import { createRandom } from '../data/random';
import type { GraphDoc } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import type { Experiment, ExperimentJob, ExperimentSettings, JobVariation } from '../storage/experiments';

export interface PlannedRun {
  readonly variation: JobVariation;
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
  /** As that of a `TrialRun`. */
  readonly until: number | null;
}
export interface PlannedExperiment extends Omit<PlannedSearch, 'runs'> {
  /** Of the first rung with successive halving. */
  readonly runs: readonly PlannedRun[];
}

/** Null while the document cannot be trained. */
export function planExperiment(
  doc: GraphDoc,
  { plan, training }: Pick<CompileResult, 'plan' | 'training'>,
  schema: DatasetSchema,
  settings: ExperimentSettings,
): PlannedExperiment | null {
  if (!plan || !training) return null;
  const simple = (runs: readonly Omit<PlannedRun, 'plan' | 'until'>[]): PlannedExperiment => ({
    runs: runs.map((run) => ({ ...run, plan, until: null })),
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
      return planSearch(doc, schema, settings.search, createRandom(settings.search.seed));
  }
}

/** The runs of the rung after that of this job, when all jobs of it have ended. */
export function runsAfter(
  planned: PlannedExperiment,
  { settings, jobs }: Experiment,
  { variation }: ExperimentJob,
): readonly PlannedRun[] {
  if (settings.kind !== 'search' || variation.kind !== 'trial') return [];
  const { measure } = settings.search;
  return nextRung(planned, scored(jobs, measure), measure, variation.rung);
}

export const scoreOf = ({ status, measures }: ExperimentJob, measure: string): number | null =>
  status === 'done' ? (measures?.[measure] ?? null) : null;

const scored = (jobs: readonly ExperimentJob[], measure: string) =>
  jobs.flatMap((job) => {
    const { variation } = job;
    return variation.kind === 'trial' ? [{ job, variation, score: scoreOf(job, measure) }] : [];
  });

/** The best finished run of a search. */
export function bestJob({ settings, jobs }: Experiment): ExperimentJob | null {
  if (settings.kind !== 'search') return null;
  const { measure } = settings.search;
  return bestScored(scored(jobs, measure), measure)?.job ?? null;
}
