/**
 * The browser's database, shared by page and worker: tables, their versions, and the one place where its exceptions become
 * data. What is listed often (names, schemas) lies apart from what is large (documents, columns, weights).
 */
import type { Dexie, EntityTable, Table } from 'dexie';
import type { ColumnValues } from '../data/dataset';
import { type FileProblem, fileError } from '../graph/file-problem';
import type { DatasetSchema } from '../graph/schema';
import type { CheckpointRow, HistoryRow, UnfinishedRun } from './checkpoints';
import type { StoredExperiment } from './experiments';
import type { ImportedWeights } from './imported-weights';
import type { StoredRun } from './runs';

/** What the list of projects shows. */
export interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly nodes: number;
  readonly modifiedAt: number;
}
export interface DocumentRow {
  readonly project: string;
  /** A `GraphDoc` of some version: parsed when opened, like a file. */
  readonly document: unknown;
}
export interface DatasetRow {
  readonly id: string;
  readonly addedAt: number;
  readonly schema: DatasetSchema;
}
export interface ColumnsRow {
  readonly dataset: string;
  readonly columns: { readonly [name: string]: ColumnValues };
}

type WeftDatabase = Dexie & {
  projects: EntityTable<ProjectRow, 'id'>;
  documents: EntityTable<DocumentRow, 'project'>;
  datasets: EntityTable<DatasetRow, 'id'>;
  columns: EntityTable<ColumnsRow, 'dataset'>;
  runs: Table<StoredRun, string>;
  weights: EntityTable<ImportedWeights, 'project'>;
  unfinished: EntityTable<UnfinishedRun, 'run'>;
  checkpoints: EntityTable<CheckpointRow, 'run'>;
  history: Table<HistoryRow, [run: string, globalStep: number]>;
  experiments: EntityTable<StoredExperiment, 'id'>;
};

/** Dexie is a tenth of what the page loads, and nothing on screen waits for it: it comes when the database is first asked. */
async function open(): Promise<WeftDatabase> {
  const { Dexie } = await import('dexie');
  const db = new Dexie('weft') as WeftDatabase;
  // A later version adds a line of its own with only what changed; this one is never edited, or stored projects are lost.
  db.version(1).stores({
    projects: 'id, modifiedAt',
    documents: 'project',
    datasets: 'id, addedAt',
    columns: 'dataset',
    runs: 'project',
  });
  db.version(2).stores({ weights: 'project' });
  db.version(3).stores({ unfinished: 'run, project', checkpoints: 'run', history: '[run+globalStep]' });
  db.version(4).stores({ experiments: 'id, project' });
  return db;
}

let shared: Promise<WeftDatabase> | null = null;
/** Opened at first use, so that importing this file does nothing. */
export function database(): Promise<WeftDatabase> {
  shared ??= open().catch((error: unknown) => {
    // The script may come the next time, the network being back.
    shared = null;
    throw error;
  });
  return shared;
}

export type Stored<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: FileProblem };

/** Runs a piece of database work; a full disk or a browser without storage is an answer, not an exception. */
export async function attempt<T>(work: () => Promise<T>): Promise<Stored<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, problem: storageProblem(error) };
  }
}

/** Dexie wraps the browser's error in its own, sometimes twice: a transaction that ran out of room aborts, and says why inside. */
const UNAVAILABLE = [
  'MissingAPIError',
  'InvalidStateError',
  'SecurityError',
  'OpenFailedError',
  'DatabaseClosedError',
];

export function storageProblem(error: unknown): FileProblem {
  const names: string[] = [];
  let message = String(error);
  for (let at: unknown = error; isErrorLike(at); at = at.inner ?? at.cause) {
    names.push(at.name);
    message = at.message;
    if (names.length > 5) break;
  }
  if (names.includes('QuotaExceededError')) return fileError('storage-full', {});
  if (names.some((name) => UNAVAILABLE.includes(name))) return fileError('storage-unavailable', {});
  return fileError('storage-failed', { message });
}

interface ErrorLike {
  readonly name: string;
  readonly message: string;
  readonly inner?: unknown;
  readonly cause?: unknown;
}
/** A `DOMException` is no `Error` in every browser. */
function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null && 'name' in value && 'message' in value;
}
