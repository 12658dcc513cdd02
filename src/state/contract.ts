/**
 * What the stores offer to the interface. Each store is a vanilla zustand store in its own file (`document-store.ts`,
 * `view-store.ts`, `data-store.ts`, `run-store.ts`, `project-store.ts`) with one `use…` hook; components select the least they need.
 */
import type { CompileResult } from '../compile/result';
import type { DataProblem } from '../data/dataset';
import type { EndReason, Evaluation, FailureCause, Measures } from '../engine/run-event';
import type { Command } from '../graph/command';
import type { Diagnostic } from '../graph/diagnostic';
import type { EdgeId, GraphDoc, NodeId } from '../graph/document';
import type { FileProblem } from '../graph/file-problem';
import type { Receipt, ReceiptField } from '../graph/receipt';
import type { DatasetSchema } from '../graph/schema';
import type { Locale } from '../graph/text';
import type {
  Backend,
  DataSource,
  KeptWeights,
  PredictionSample,
  RowsPreview,
  RunId,
  UploadFile,
  UploadOptions,
} from '../worker/protocol';
import type { Difference } from './reproduction';

export interface DocumentState {
  readonly doc: GraphDoc;
  /** Of `doc.meaning` and the bound schema; recomputed only when one of them changes. */
  readonly compiled: CompileResult;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Increases with every edit; autosave and the title watch it. */
  readonly revision: number;
  /** Applies and remembers for undo. Edits with the same `mergeKey` within 800 ms are one entry (a burst of typing, a drag). */
  dispatch(command: Command, mergeKey?: string): void;
  undo(): void;
  redo(): void;
  /** Opens another document; history starts afresh. */
  open(doc: GraphDoc): void;
  /** Called by the data store when the bound data set changes. */
  setSchema(schema: DatasetSchema | null): void;
}

export type LeftTab = 'nodes' | 'outline' | 'data';
export type DrawerTab = 'training' | 'results' | 'experiments' | 'data' | 'problems';
export type Dialog =
  | 'gallery'
  | 'projects'
  | 'export'
  | 'import'
  | 'shortcuts'
  | 'upload'
  | 'matrix'
  | 'settings';

/** What is looked at; never saved in the document, never undone. Sizes, theme and locale are remembered per browser. */
export interface ViewState {
  readonly selectedNodes: ReadonlySet<NodeId>;
  readonly selectedEdges: ReadonlySet<EdgeId>;
  readonly theme: 'light' | 'dark' | 'system';
  readonly locale: Locale;
  readonly leftTab: LeftTab;
  readonly leftOpen: boolean;
  readonly rightOpen: boolean;
  readonly drawerOpen: boolean;
  readonly drawerTab: DrawerTab;
  readonly drawerHeight: number;
  readonly dialog: Dialog | null;
  readonly showShapes: boolean;
  readonly showCosts: boolean;
  /** Time and memory of real steps on every node. */
  readonly showMeasured: boolean;
  readonly wireStyle: 'bezier' | 'step';
  readonly snapToGrid: boolean;
  select(nodes: Iterable<NodeId>, edges?: Iterable<EdgeId>): void;
  set(patch: Partial<ViewSettings>): void;
}
export type ViewSettings = Omit<ViewState, 'select' | 'set' | 'selectedNodes' | 'selectedEdges'>;

export interface DatasetEntry {
  readonly source: DataSource;
  readonly schema: DatasetSchema;
}
export interface DataState {
  /** Shipped sets first, then the user's own. */
  readonly entries: readonly DatasetEntry[];
  /** The set that the document is bound to; null when it is bound to none or to one that is not here. */
  readonly bound: DatasetEntry | null;
  readonly upload:
    | { readonly kind: 'idle' }
    | { readonly kind: 'working'; readonly done: number; readonly total: number }
    | { readonly kind: 'failed'; readonly problems: readonly DataProblem[] }
    | { readonly kind: 'done'; readonly schema: DatasetSchema; readonly warnings: readonly DataProblem[] };
  startUpload(files: readonly UploadFile[], options: UploadOptions): Promise<void>;
  cancelUpload(): void;
  resetUpload(): void;
  /** One undoable edit: binds the set and, when the inputs do not fit it, replaces input and output nodes by fitting ones. */
  bind(id: string): void;
  remove(id: string): Promise<void>;
  /** A page of rows of the bound set; null when none is bound or the worker cannot read it. */
  preview(from: number, count: number): Promise<RowsPreview | null>;
}

export type RunStatus = 'idle' | 'starting' | 'running' | 'paused' | 'stopping' | 'done' | 'failed';

/** Curves live outside React in growable typed arrays; `version` bumps at most once per animation frame. */
export interface RunState {
  readonly status: RunStatus;
  readonly run: RunId | null;
  readonly backend: string | null;
  readonly threads: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly secondsLeft: number | null;
  readonly samplesPerSecond: number | null;
  readonly failure: FailureCause | null;
  readonly reason: EndReason | null;
  /** The imported weights that the run started from; null when all were fresh. */
  readonly startsFrom: KeptWeights | null;
  /** Weight arrays that came with the project's imported model; training starts from those that fit. */
  readonly importedWeights: number;
  readonly epochRows: readonly {
    readonly epoch: number;
    readonly measures: Measures;
    readonly durationMs: number;
  }[];
  readonly evaluation: Evaluation | null;
  readonly samples: readonly PredictionSample[];
  readonly version: number;
  readonly backendWish: Backend;
  /** What the numbers of the run shown depend on; null before it has started, and for runs of older versions. */
  readonly receipt: Receipt | null;
  /** The run shown was interrupted and has gone on: how often, and from which step the last time. */
  readonly resumed: { readonly total: number; readonly globalStep: number } | null;
  /** The step of the last checkpoint that is in storage; null when there is none. */
  readonly keptAt: number | null;
  /** Why checkpoints cannot be stored: a crash would lose the run. */
  readonly keepProblem: FileProblem | null;
  /** An interrupted run that waits for the user's word, or that another tab is running. */
  readonly interrupted: { readonly globalStep: number; readonly isElsewhere: boolean } | null;
  /** Of `reproduce`; null when the run shown is an original. */
  readonly reproduction: Reproduction | null;
  /** What the next run starts from. */
  readonly startFrom: 'fresh' | 'last';
  /** The document has changed in meaning since the run began. */
  readonly stale: boolean;
  /** Down-sampled step curve: at most `points` (min and max kept per bucket). */
  curve(column: string, points: number): { readonly x: Float32Array; readonly y: Float32Array };
  columns(): readonly string[];
  start(): Promise<void>;
  pause(): void;
  resume(): void;
  stepOnce(): void;
  stop(): void;
  /** Goes on with the interrupted run. */
  continueRun(): Promise<void>;
  /** Trains what the finished run trained, once more, and compares every step. */
  reproduce(): Promise<void>;
  setStartFrom(startFrom: 'fresh' | 'last'): void;
  setBackend(backend: Backend): void;
  loadSamples(wrongOnly: boolean): Promise<void>;
  /** tfjs files of the current document: weights of the finished run of the same network, else imported ones, else fresh ones. */
  exportTfjs(): Promise<ExportOutcome>;
}

export interface Reproduction {
  readonly status: 'running' | 'equal' | 'different';
  /** Steps that were equal. */
  readonly steps: number;
  readonly difference: Difference | null;
  /** What had changed beforehand; equal numbers are not to be expected then. */
  readonly changed: readonly ReceiptField[];
}

export type ExportOutcome =
  | {
      readonly ok: true;
      readonly modelJson: string;
      readonly weights: ArrayBuffer;
      /** All weights were learned, here or where the model was imported from. */
      readonly trained: boolean;
      /** How many of them; null when none were there. */
      readonly kept: KeptWeights | null;
    }
  | { readonly ok: false; readonly cause: FailureCause };

export interface ProjectEntry {
  readonly id: string;
  readonly name: string;
  readonly nodes: number;
  readonly modifiedAt: number;
}
export interface ProjectState {
  readonly current: string | null;
  readonly entries: readonly ProjectEntry[];
  readonly saved: 'saved' | 'saving' | 'unsaved' | 'failed';
  open(id: string): Promise<void>;
  create(doc: GraphDoc): Promise<void>;
  duplicate(id: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** Project file, or tfjs `model.json` with its weight files; problems keep what the user had. */
  importFiles(files: readonly File[]): Promise<{
    readonly opened: boolean;
    readonly diagnostics: readonly Diagnostic[];
    readonly problems: readonly FileProblem[];
  }>;
}
