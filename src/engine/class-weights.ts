/**
 * How much a row of each class counts when classes are to be balanced: n / (classes · n_c) over the training rows, as scikit-learn's
 * `class_weight='balanced'` (King and Zeng, 2001). Only classes that occur are counted; the mean over the training rows is 1.
 */
import type { ModelPlan, PlanHead } from '../compile/plan';
import type { PreparedData } from '../data/dataset';

/** Rows that are looked at together. */
const CHUNK = 1024;

/** Per head the weight by class; null for heads of numbers. */
export function balancedWeights(plan: ModelPlan, data: PreparedData): readonly (Float32Array | null)[] {
  const counts = plan.heads.map(({ target }) =>
    target.kind === 'numbers' ? null : new Float64Array(target.classes.length),
  );
  if (counts.every((count) => count === null)) return counts.map(() => null);
  const masks = plan.heads.map((head) => maskInput(plan, head));
  // The steps of a sequence that count are known from its tokens; without such a head no input has to be made.
  const needsInputs = masks.some((index) => index !== null);
  const { train } = data.rows;
  for (let from = 0; from < train.length; from += CHUNK) {
    const rows = train.subarray(from, from + CHUNK);
    const { inputs, targets } = needsInputs ? data.batch(rows) : { inputs: [], targets: data.targets(rows) };
    for (const [h, count] of counts.entries()) {
      if (!count) continue;
      const mask = masks[h] === null ? null : inputs[masks[h]!]!.values;
      const { values } = targets[h]!;
      for (let i = 0; i < values.length; i += 1) if (mask?.[i] !== 0) count[values[i]!]! += 1;
    }
  }
  return counts.map((count) => count && balanced(count));
}

function balanced(counts: Float64Array): Float32Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return Float32Array.from(counts, (count) => (count > 0 ? total / (present * count) : 1));
}

/** The input whose padding says which steps of the head do not count. */
function maskInput({ inputs }: ModelPlan, { mask }: PlanHead): number | null {
  if (!mask) return null;
  const index = inputs.findIndex(({ id }) => id === mask.node);
  if (index < 0) throw new Error(`Plan: expected the mask to be an input. Received: ${mask.node}`);
  return index;
}
