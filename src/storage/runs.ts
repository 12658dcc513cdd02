/** The latest finished run of each project: weights, curves and results, so that a reload loses nothing that took minutes to make. */

import type { Meaning } from '../graph/document';
import type { Receipt } from '../graph/receipt';
import type { EndReason, KeptWeights, Measures, Requests, TrainedModel } from '../worker/protocol';
import { forget } from './checkpoints';
import { attempt, database, type Stored } from './db';

export interface StoredRun {
  readonly project: string;
  readonly run: string;
  readonly savedAt: number;
  /** What was trained: the model fits a document only while its meaning equals this. */
  readonly meaning: Meaning;
  readonly model: TrainedModel;
  /** Absent in runs stored before weights could be imported. */
  readonly startsFrom?: KeptWeights | null;
  /** Absent in runs stored before there were receipts. */
  readonly receipt?: Receipt | null;
  readonly backend: string | null;
  readonly threads: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly reason: EndReason;
  readonly epochRows: readonly {
    readonly epoch: number;
    readonly measures: Measures;
    readonly durationMs: number;
  }[];
  readonly evaluation: Requests['evaluate']['value'] | null;
  /** Step curves by column. */
  readonly curves: { readonly [column: string]: { readonly x: Float32Array; readonly y: Float32Array } };
}

/** Replaces the project's run before. In the same transaction the run stops being an unfinished one. */
export const saveRun = (run: StoredRun): Promise<Stored<void>> =>
  attempt(async () => {
    const db = await database();
    await db.transaction('rw', db.runs, db.unfinished, db.checkpoints, db.history, async () => {
      await db.runs.put(run);
      await forget(db, run.run);
    });
  });

export const loadLatestRun = (project: string): Promise<Stored<StoredRun | null>> =>
  attempt(async () => (await (await database()).runs.get(project)) ?? null);
