/** Experiments of a project: what was asked, and what each run of it came to. Curves by epoch are kept, weights are not. */
import type { RangeTestSettings } from '../compile/experiments/range-test';
import type { SearchSettings, TrialVariation } from '../compile/experiments/search';
import type { Skipped } from '../compile/experiments/trials';
import type { Fold } from '../graph/data-spec';
import type { Meaning } from '../graph/document';
import type { Measures, Requests } from '../worker/protocol';
import { attempt, database, type Stored } from './db';

export type { SearchSettings };

export type ExperimentSettings =
  | { readonly kind: 'rates'; readonly test: RangeTestSettings }
  | { readonly kind: 'seeds'; readonly count: number }
  | { readonly kind: 'folds'; readonly count: number }
  | { readonly kind: 'search'; readonly search: SearchSettings };
export type ExperimentKind = ExperimentSettings['kind'];

/** What makes this run different from the project's own. */
export type JobVariation =
  | { readonly kind: 'rates' }
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'fold'; readonly fold: Fold }
  | TrialVariation;

export type JobStatus = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface ExperimentJob {
  readonly run: string;
  readonly variation: JobVariation;
  readonly seed: number;
  readonly epochs: number;
  readonly status: JobStatus;
  /** 2 after its worker was lost once. */
  readonly attempt: number;
  /** 0 to 1. */
  readonly progress: number;
  readonly backend: string | null;
  readonly history: readonly { readonly epoch: number; readonly measures: Measures }[];
  /** Of the model that the run ended with: of the epoch whose weights were kept, and on rows kept for the end. */
  readonly measures: Measures | null;
  readonly evaluation: Pick<Requests['evaluate']['value'], 'split' | 'rows' | 'measures'> | null;
  readonly failure: Requests['startRun']['error'] | null;
  readonly durationMs: number | null;
  /** Of the range test: raw losses, one per step. */
  readonly curve: { readonly rates: readonly number[]; readonly losses: readonly number[] } | null;
}

export interface Experiment {
  readonly id: string;
  /** Null until the project has its place in storage. */
  readonly project: string | null;
  readonly startedAt: number;
  readonly durationMs: number | null;
  readonly status: 'running' | 'done' | 'cancelled' | 'out-of-time' | 'interrupted';
  readonly settings: ExperimentSettings;
  /** What was experimented with. */
  readonly meaning: Meaning;
  readonly jobs: readonly ExperimentJob[];
  /** Points of a search that could not be tried. */
  readonly skipped: readonly Skipped[];
}
export type StoredExperiment = Experiment & { readonly project: string };

export const saveExperiment = (experiment: StoredExperiment): Promise<Stored<void>> =>
  attempt(async () => {
    await (await database()).experiments.put(experiment);
  });

/** Newest first. */
export const loadExperiments = (project: string): Promise<Stored<readonly Experiment[]>> =>
  attempt(async () => {
    const rows = await (await database()).experiments.where({ project }).toArray();
    return rows.sort((a, b) => b.startedAt - a.startedAt);
  });

export const removeExperiment = (id: string): Promise<Stored<void>> =>
  attempt(async () => {
    await (await database()).experiments.delete(id);
  });
