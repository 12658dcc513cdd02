/** What a run tells while it runs. Plain data; the worker forwards it, Node tests iterate it, nobody calls back. */

import type { PlanId } from '../compile/plan';
import type { SplitName } from '../data/dataset';
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

export type FailureCause =
  | { readonly kind: 'out-of-memory' }
  | {
      readonly kind: 'non-finite';
      readonly epoch: number;
      readonly step: number;
      readonly node: PlanId | null;
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
