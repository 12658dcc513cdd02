/**
 * The whole conversation between the page and the worker: every message, each request with its answer and with how it can
 * fail. Nothing crosses that is not here; no tensors, no shapes to re-check, no React.
 */
import type { ModelPlan, TrainingPlan } from '../compile/plan';
import type { DataProblem, Fitted } from '../data/dataset';
import type { BackendWish as Backend } from '../engine/backend-wish';
import type { RunCheckpoint } from '../engine/checkpoint';
import type { Preflight } from '../engine/preflight';
import type { EndReason, Evaluation, FailureCause, Measures, RunEvent } from '../engine/run-event';
import type { KeptWeights, NamedWeight } from '../engine/weights';
import type { FileProblem } from '../graph/file-problem';
import type { Receipt } from '../graph/receipt';
import type { DatasetSchema } from '../graph/schema';

export type { Backend };

export const PROTOCOL_VERSION = 1;

export type RunId = string;

/** Where the rows come from. Shipped sets are fetched by the worker from the page's own origin; uploads lie in IndexedDB. */
export type DataSource =
  | { readonly kind: 'shipped'; readonly id: string }
  | { readonly kind: 'stored'; readonly id: string };

/** Files as the user dropped them. */
export interface UploadFile {
  /** With folders, `cats/1.png`. */
  readonly path: string;
  readonly file: Blob;
}
export interface UploadOptions {
  readonly title: string;
  /** Column to predict; null = the worker proposes one. */
  readonly target: string | null;
  readonly separator: string | null;
  /** Side length that images are stored at. */
  readonly imageSize: number | null;
}

/** Everything needed to use a trained model again. Typed arrays are transferred. */
export interface TrainedModel {
  readonly plan: ModelPlan;
  readonly fitted: Fitted;
  readonly weights: readonly NamedWeight[];
}

/** Values for some weights of a model: those that fit one by name and shape are used, the others are left aside. */
export type GivenWeights = Pick<TrainedModel, 'weights'>;

/** A page of rows for the data view. */
export interface RowsPreview {
  readonly rows: readonly {
    readonly row: number;
    readonly cells: { readonly [column: string]: PreviewCell };
  }[];
}
export type PreviewCell =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'image';
      readonly width: number;
      readonly height: number;
      readonly rgba: Uint8ClampedArray;
    };

/** One test row with what the model said, for the results view. */
export interface PredictionSample {
  readonly row: number;
  readonly cells: { readonly [column: string]: PreviewCell };
  readonly heads: readonly {
    readonly head: string;
    readonly target: string;
    readonly prediction: string;
    readonly correct: boolean | null;
    /** Class probabilities in class order; null for numbers heads. */
    readonly scores: readonly number[] | null;
  }[];
}

/** What a run's use of its data depends on: which rows are whose, and how many at a time. */
export type RunSettings = Pick<TrainingPlan, 'batchSize' | 'validationSplit' | 'testSplit' | 'seed' | 'fold'>;

export interface Requests {
  hello: {
    args: { protocol: number };
    value: { protocol: number; backends: readonly Backend[] };
    error: 'protocol';
  };
  /** Parses, checks and stores an upload; progress comes as notifications under the request's id. */
  importData: {
    args: { files: readonly UploadFile[]; options: UploadOptions };
    value: { schema: DatasetSchema; warnings: readonly DataProblem[] };
    error: readonly DataProblem[];
  };
  previewRows: {
    args: { source: DataSource; from: number; count: number };
    value: RowsPreview;
    error: readonly DataProblem[];
  };
  /** Tries the model on the backends that may be worth it, before a run; progress comes as notifications. Can be cancelled. */
  preflight: {
    args: { plan: ModelPlan; training: TrainingPlan; source: DataSource; backend: Backend };
    value: Preflight;
    error: 'cancelled' | FailureCause;
  };
  /** Answers when the run has started; its events follow as notifications. A run in progress is stopped first. */
  startRun: {
    args: {
      run: RunId;
      plan: ModelPlan;
      training: TrainingPlan;
      source: DataSource;
      backend: Backend;
      /** Weights to start from, in place of fresh ones. */
      given: GivenWeights | null;
      /** Goes on from there instead. */
      resume: RunCheckpoint | null;
      /** The worker writes checkpoints to storage as it goes. */
      keep: boolean;
      /** Ends after so many epochs of the whole run; `reached` comes before `done`. Absent: as the plan says. */
      until?: number | null;
    };
    /** `kept` is null without `given`. */
    value: { kept: KeptWeights | null; receipt: Receipt };
    error: FailureCause;
  };
  /**
   * Makes a run that is over the last run again (after a reload, or when its worker was lost), so that its model can be evaluated
   * and sampled. A run in progress is stopped first.
   */
  openRun: {
    args: {
      run: RunId;
      settings: RunSettings;
      source: DataSource;
      backend: Backend;
      model: TrainedModel;
    };
    value: null;
    error: FailureCause;
  };
  pause: { args: { run: RunId }; value: null; error: 'no-run' };
  resume: { args: { run: RunId }; value: null; error: 'no-run' };
  /** One training step, then pause again. */
  step: { args: { run: RunId }; value: null; error: 'no-run' };
  stop: { args: { run: RunId }; value: null; error: 'no-run' };
  /** Weights of the last run (while paused or after it ended). */
  trainedModel: { args: { run: RunId }; value: TrainedModel; error: 'no-run' };
  /** Evaluates and samples the last run's model. */
  evaluate: {
    args: { run: RunId; split: 'validation' | 'test' };
    value: Evaluation;
    error: 'no-run' | FailureCause;
  };
  samples: {
    args: { run: RunId; count: number; wrongOnly: boolean };
    value: readonly PredictionSample[];
    error: 'no-run' | FailureCause;
  };
  /** tfjs `model.json` + weights of a plan; those not given are fresh. */
  exportTfjs: {
    args: { plan: ModelPlan; model: GivenWeights | null; seed: number };
    /** `kept` is null when no model was given. */
    value: { modelJson: string; weights: ArrayBuffer; kept: KeptWeights | null };
    error: FailureCause;
  };
}
export type RequestKind = keyof Requests;

export type RequestMessage = {
  [K in RequestKind]: {
    readonly kind: 'request';
    readonly id: number;
    readonly request: K;
    readonly args: Requests[K]['args'];
  };
}[RequestKind];
export type AnswerMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly ok: false; readonly error: unknown };

/** Steps coalesced: at most ~20 messages a second. Columns × steps, row-major by step, transferred. */
export interface StepBlock {
  readonly columns: readonly string[];
  readonly globalSteps: Int32Array;
  readonly values: Float32Array;
  readonly epoch: number;
  readonly step: number;
  /** Mean over the block. */
  readonly stepMs: number;
}
export type Notification =
  | { readonly kind: 'steps'; readonly run: RunId; readonly sequence: number; readonly block: StepBlock }
  /** `epoch`, `done`, `failed`, `started`, `paused`, `resumed`: never dropped, in order with the steps. */
  | {
      readonly kind: 'event';
      readonly run: RunId;
      readonly sequence: number;
      readonly event: Exclude<RunEvent, { kind: 'step' | 'checkpoint' }>;
    }
  /** A checkpoint has been written, or could not be. */
  | {
      readonly kind: 'kept';
      readonly run: RunId;
      readonly sequence: number;
      readonly globalStep: number;
      readonly problem: FileProblem | null;
    }
  /** The run has come as far as it should for now; it goes on from there in another `startRun`. */
  | {
      readonly kind: 'reached';
      readonly run: RunId;
      readonly sequence: number;
      readonly checkpoint: RunCheckpoint;
    }
  | { readonly kind: 'progress'; readonly id: number; readonly done: number; readonly total: number };

/** The name of the lock that a worker holds for as long as it runs a run. Other tabs and the page see by it whether it lives. */
export const runLock = (run: RunId): string => `weft-run-${run}`;

/** Abandon a request (an upload): it answers with an error of its own. */
export type CancelMessage = { readonly kind: 'cancel'; readonly id: number };

export type ToWorker = RequestMessage | CancelMessage;
export type FromWorker = AnswerMessage | Notification;
export type { EndReason, KeptWeights, Measures, NamedWeight, Receipt, RunCheckpoint };
