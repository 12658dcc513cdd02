/** What `compile` gives. Every part is there for any graph; `plan` is null while an error stands. */

import type { DataSpec } from '../graph/data-spec';
import type { Diagnostic } from '../graph/diagnostic';
import type { TensorFact } from '../graph/shape';
import type { ModelPlan, TrainingPlan } from './plan';

export interface Cost {
  readonly parameters: number;
  readonly trainableParameters: number;
  /** Multiply-adds of one forward pass for one sample. */
  readonly multiplyAdds: number;
  /** Values kept per sample for the backward pass: the outputs of all primitives. */
  readonly activations: number;
}

export interface CompileResult {
  readonly plan: ModelPlan | null;
  readonly training: TrainingPlan | null;
  readonly data: DataSpec | null;
  /** `"<node id>:<port>"` → fact, for every output port whose shape is known. */
  readonly shapes: ReadonlyMap<string, TensorFact>;
  /** By canvas node id; composites and heads carry the sum of their expansion. */
  readonly costs: ReadonlyMap<string, Cost>;
  readonly total: Cost;
  readonly diagnostics: readonly Diagnostic[];
}
