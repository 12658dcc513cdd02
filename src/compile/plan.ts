/** The serialisable result of `compile`: what to build (`ModelPlan`) and how to train it (`TrainingPlan`). Plain JSON. */
import type { FeatureSpec, Fold, TargetSpec } from '../graph/data-spec';
import type { Config, NodeId } from '../graph/document';
import type { TensorFact } from '../graph/shape';
import type {
  AveragingSettings,
  ClippingSettings,
  EarlyStoppingSettings,
  ScheduleSettings,
  StopSettings,
} from '../graph/training-settings';

export const PLAN_VERSION = 1;

/** Unique in the plan; `<node>` for a primitive on the canvas, `<node>/<inner>` for one out of a composite, `…#2` for a replica. */
export type PlanId = string;

export interface ValueRef {
  readonly node: PlanId;
  readonly port: string;
}

export interface PlanInput {
  readonly id: PlanId;
  readonly source: NodeId;
  readonly name: string;
  readonly fact: TensorFact;
  /** Null when no data set is bound: the model can be built and exported, not trained. */
  readonly feature: FeatureSpec | null;
}

export interface PlanNode {
  readonly id: PlanId;
  /** The node on the canvas that this primitive belongs to. */
  readonly source: NodeId;
  readonly type: string;
  /** Layer name: letters, digits, `_`; unique. */
  readonly name: string;
  readonly config: Config;
  readonly inputs: { readonly [port: string]: readonly ValueRef[] };
  /** Facts of the inputs in the same order, and of the outputs. */
  readonly inputFacts: { readonly [port: string]: readonly TensorFact[] };
  readonly outputs: { readonly [port: string]: TensorFact };
  /** Token ids whose zeros are padding, when this primitive `usesMask` and its input is masked. */
  readonly mask: ValueRef | null;
  readonly trainable: boolean;
}

export interface PlanHead {
  readonly id: PlanId;
  readonly source: NodeId;
  readonly name: string;
  readonly logits: ValueRef;
  readonly prediction: ValueRef;
  readonly target: TargetSpec;
  readonly loss: string;
  readonly metrics: readonly string[];
  readonly weight: number;
  /** Token ids whose zeros are steps that do not count. */
  readonly mask: ValueRef | null;
}

export interface ModelPlan {
  readonly version: typeof PLAN_VERSION;
  readonly inputs: readonly PlanInput[];
  /** Primitives in topological order. */
  readonly nodes: readonly PlanNode[];
  readonly heads: readonly PlanHead[];
}

/** One stretch of training. Fine-tuning, stacking, distillation are lists of these; the engine knows no special case. */
export interface Phase {
  readonly name: string;
  /** Plan ids whose weights move, or all that are trainable. */
  readonly trainable: 'all' | readonly PlanId[];
  readonly optimizer: { readonly type: string; readonly config: Config };
  readonly epochs: number;
  readonly earlyStopping: EarlyStoppingSettings | null;
  readonly schedule: ScheduleSettings;
  readonly clipping: ClippingSettings | null;
  readonly accumulate: number;
  readonly averaging: AveragingSettings | null;
  /** Factor of the learning rate by plan id; 1 where absent. */
  readonly rates: { readonly [id: PlanId]: number };
  readonly classWeights: 'none' | 'balanced';
  readonly lossWeighting: 'fixed' | 'uncertainty';
  readonly stop: StopSettings;
}

export interface TrainingPlan {
  readonly version: typeof PLAN_VERSION;
  readonly phases: readonly Phase[];
  readonly batchSize: number;
  readonly validationSplit: number;
  readonly testSplit: number;
  readonly seed: number;
  /** Cross-validation: which part of the rows validates. */
  readonly fold?: Fold;
}
