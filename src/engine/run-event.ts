/** What a run tells while it runs. Plain data; the worker forwards it, Node tests iterate it, nobody calls back. */

import type { PlanId } from '../compile/plan';
import type { SplitName } from '../data/dataset';
import type { NodeId } from '../graph/document';
import type { RunCheckpoint } from './checkpoint';

/** `loss`, `accuracy`, … ; several heads: `<head>.loss`. Validation columns carry the prefix `val_`. */
export type Measures = { readonly [column: string]: number };

export interface HeadReport {
  readonly head: string;
  readonly measures: Measures;
  /** Row = true class, column = predicted, row-major; null for numbers heads. */
  readonly confusion: { readonly classes: readonly string[]; readonly counts: readonly number[] } | null;
  /** Up to 200 (target, prediction) pairs in the target's own units; null for class heads. */
  readonly scatter: { readonly target: readonly number[]; readonly prediction: readonly number[] } | null;
}
export interface Evaluation {
  readonly split: SplitName;
  readonly rows: number;
  readonly measures: Measures;
  readonly heads: readonly HeadReport[];
}

/** In the order of cause and effect. `loss`: all that it is computed from is finite. */
export type NonFinitePart = 'data' | 'gradients' | 'weights' | 'activations' | 'loss';

export type FailureCause =
  | { readonly kind: 'out-of-memory' }
  | {
      readonly kind: 'non-finite';
      readonly epoch: number;
      readonly step: number;
      readonly node: PlanId | null;
      /** What was not finite first; null where it cannot be told (a GPU has moved on when the loss comes in). */
      readonly part?: NonFinitePart | null;
    }
  | { readonly kind: 'backend'; readonly message: string }
  | {
      readonly kind: 'data';
      readonly code: string;
      readonly facts: { readonly [name: string]: string | number };
    }
  | { readonly kind: 'unresponsive' }
  /** The worker ended in the middle: by a crash, or by the browser. */
  | { readonly kind: 'worker-lost'; readonly message: string }
  | { readonly kind: 'internal'; readonly message: string };

export type Verdict = 'exploding' | 'vanishing' | 'dead' | 'saturated';

/** One node in one step. Null where there is nothing to measure: no weights, no such activation, nothing moved. */
export interface NodeHealth {
  readonly node: PlanId;
  readonly source: NodeId;
  readonly gradientNorm: number | null;
  readonly weightNorm: number | null;
  /** How far the weights moved, as a share of their length. */
  readonly updateRatio: number | null;
  /** Over all values of its first output. */
  readonly mean: number | null;
  readonly std: number | null;
  /** Units of a ReLU that are zero for the whole batch. */
  readonly deadShare: number | null;
  /** Values of a tanh or sigmoid at its ends. */
  readonly saturatedShare: number | null;
  readonly verdicts: readonly Verdict[];
}

/** Why a run came to its end; `target` and `time` are the user's own stop conditions. */
export type EndReason = 'epochs' | 'early-stopping' | 'target' | 'time' | 'stopped';

export type RunEvent =
  | {
      readonly kind: 'started';
      readonly backend: string;
      readonly threads: number;
      readonly parameters: number;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
      /** Steps already taken when the run goes on from a checkpoint. */
      readonly globalStep: number;
      /** Why wasm runs on the JavaScript kernels; absent where it does not. */
      readonly nativeOff?: string;
    }
  /** After every step; `measures` are of this batch (loss) and running since the epoch began (metrics). */
  | {
      readonly kind: 'step';
      readonly epoch: number;
      readonly step: number;
      readonly globalStep: number;
      readonly measures: Measures;
      readonly durationMs: number;
    }
  /** `epoch` counts from 1. Train and `val_` columns together. */
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly globalStep: number;
      readonly measures: Measures;
      readonly durationMs: number;
    }
  /** Only where checkpoints are asked for; nothing has happened since the last step or epoch told. */
  | { readonly kind: 'checkpoint'; readonly checkpoint: RunCheckpoint }
  /** A look into the step told last; now and then, where it is asked for. */
  | { readonly kind: 'health'; readonly globalStep: number; readonly nodes: readonly NodeHealth[] }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | {
      readonly kind: 'done';
      readonly reason: EndReason;
      readonly epochs: number;
      readonly bestEpoch: number;
      readonly evaluation: Evaluation | null;
      readonly durationMs: number;
    }
  | { readonly kind: 'failed'; readonly cause: FailureCause };
