/**
 * Runs that are not over: what they are, written by the page when they start, and where they stand, written by their worker as they
 * go. A checkpoint and the steps since the one before are written in one transaction, so that what is found after a crash fits together.
 */
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { Meaning } from '../graph/document';
import type { Receipt } from '../graph/receipt';
import type {
  Backend,
  DataSource,
  GivenWeights,
  KeptWeights,
  Measures,
  RunCheckpoint,
  StepBlock,
} from '../worker/protocol';
import { attempt, database, type Stored } from './db';

export interface EpochRow {
  readonly epoch: number;
  readonly globalStep: number;
  readonly measures: Measures;
  readonly durationMs: number;
}

/** Everything that `startRun` needs to start it again. */
export interface UnfinishedRun {
  readonly run: string;
  /** Null until the project has its place in storage. */
  readonly project: string | null;
  readonly startedAt: number;
  readonly meaning: Meaning;
  readonly plan: ModelPlan;
  readonly training: TrainingPlan;
  readonly source: DataSource;
  /** The one that it runs on: another would take another path. */
  readonly backend: Backend;
  readonly receipt: Receipt | null;
  /** Weights that it began with, in place of fresh ones. */
  readonly given: GivenWeights | null;
  readonly startsFrom: KeptWeights | null;
  /** It ended by itself, in a failure: it goes on only when the user says so. */
  readonly failed: boolean;
  /** Where it was gone on from the last time, how often in a row from there, and how often in all. */
  readonly resumed: { readonly globalStep: number; readonly times: number; readonly total: number };
}

export interface CheckpointRow {
  readonly run: string;
  readonly savedAt: number;
  readonly checkpoint: RunCheckpoint;
}
/** What happened between two checkpoints. */
export interface HistoryRow {
  readonly run: string;
  /** Of the checkpoint that it was written with. */
  readonly globalStep: number;
  readonly blocks: readonly StepBlock[];
  readonly epochs: readonly EpochRow[];
}

export interface FoundRun {
  readonly unfinished: UnfinishedRun;
  /** Null when it had not come to its first checkpoint. */
  readonly checkpoint: RunCheckpoint | null;
  readonly blocks: readonly StepBlock[];
  readonly epochs: readonly EpochRow[];
}

/** A project has one such run at a time: those before it are forgotten. */
export const saveUnfinished = (unfinished: UnfinishedRun): Promise<Stored<void>> =>
  attempt(async () => {
    const { project, run } = unfinished;
    const db = await database();
    await db.transaction('rw', db.unfinished, db.checkpoints, db.history, async () => {
      const others = project === null ? [] : await db.unfinished.where({ project }).primaryKeys();
      for (const other of others) if (other !== run) await forget(db, other);
      await db.unfinished.put(unfinished);
    });
  });

export const changeUnfinished = (
  run: string,
  changes: Partial<
    Pick<UnfinishedRun, 'project' | 'backend' | 'receipt' | 'startsFrom' | 'failed' | 'resumed'>
  >,
): Promise<Stored<void>> =>
  attempt(async () => {
    await (await database()).unfinished.update(run, changes);
  });

export const saveCheckpoint = (
  row: CheckpointRow,
  history: Omit<HistoryRow, 'run' | 'globalStep'>,
): Promise<Stored<void>> =>
  attempt(async () => {
    const db = await database();
    await db.transaction('rw', db.checkpoints, db.history, async () => {
      await db.checkpoints.put(row);
      await db.history.put({ run: row.run, globalStep: row.checkpoint.globalStep, ...history });
    });
  });

/** The latest of a project, or a certain one. */
export const loadUnfinished = (
  where: { readonly project: string } | { readonly run: string },
): Promise<Stored<FoundRun | null>> =>
  attempt(async () => {
    const db = await database();
    return db.transaction('r', db.unfinished, db.checkpoints, db.history, async () => {
      const unfinished = await db.unfinished.where(where).last();
      if (!unfinished) return null;
      const { run } = unfinished;
      const row = await db.checkpoints.get(run);
      const rows = await db.history.where('[run+globalStep]').between([run, -1], [run, Infinity]).toArray();
      return {
        unfinished,
        checkpoint: row?.checkpoint ?? null,
        blocks: rows.flatMap(({ blocks }) => blocks),
        epochs: rows.flatMap(({ epochs }) => epochs),
      };
    });
  });

/** Call inside a transaction over the three tables. */
export async function forget(db: Awaited<ReturnType<typeof database>>, run: string): Promise<void> {
  await db.unfinished.delete(run);
  await db.checkpoints.delete(run);
  await db.history.where('[run+globalStep]').between([run, -1], [run, Infinity]).delete();
}
