/**
 * The state of a tfjs optimizer, exactly. `Optimizer.getWeights` is not used: it leaves out the running powers of Adam's betas and
 * works them out again on setting, which differs in the last bits, and a resumed run has to be the same run.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from '../nodes/define-node';
import type { SavedState } from './checkpoint';

interface Slot {
  readonly originalName: string;
  readonly variable: tfjs.Variable;
}
type Members = { [name: string]: unknown };

const isVariable = (tf: Tfjs, value: unknown): value is tfjs.Variable => value instanceof tf.Variable;
const isSlots = (value: unknown): value is (Slot | undefined)[] =>
  Array.isArray(value) && value.every((slot) => slot === undefined || typeof slot?.originalName === 'string');

/** Variables by member, and those of slots by member and position, e.g. `accumulatedFirstMoment.3`. */
export async function saveOptimizer(tf: Tfjs, optimizer: tfjs.Optimizer): Promise<SavedState> {
  const members = optimizer as unknown as Members;
  const arrays: Record<string, Float32Array> = {};
  for (const [name, value] of Object.entries(members)) {
    if (isVariable(tf, value)) arrays[name] = await value.data<'float32'>();
    else if (isSlots(value))
      for (const [i, slot] of value.entries())
        if (slot) arrays[`${name}.${i}`] = await slot.variable.data<'float32'>();
  }
  return { numbers: { iterations: optimizer.iterations }, arrays };
}

/** `weights` in the order in which the optimizer is given their gradients: slots have their shapes. */
export function restoreOptimizer(
  tf: Tfjs,
  optimizer: tfjs.Optimizer,
  weights: readonly tfjs.Variable[],
  { numbers, arrays }: SavedState,
): void {
  const members = optimizer as unknown as Members;
  members['iterations_'] = numbers['iterations']!;
  for (const [name, values] of Object.entries(arrays)) {
    const [member, position] = name.split('.') as [string, string?];
    const held = members[member];
    if (position === undefined) {
      if (isVariable(tf, held)) {
        const variable = held;
        tf.tidy(() => variable.assign(tf.tensor(values as Float32Array, variable.shape)));
      }
      continue;
    }
    const weight = weights[Number(position)]!;
    const variable = tf.tidy(() => tf.variable(tf.tensor(values as Float32Array, weight.shape), false));
    (held as Slot[])[Number(position)] = { originalName: `${weight.name}/${member}`, variable };
  }
}

/** The rate of the next update. */
export function setLearningRate(optimizer: tfjs.Optimizer, rate: number): void {
  const members = optimizer as unknown as { learningRate: number; setLearningRate?(rate: number): void };
  if (members.learningRate === rate) return;
  // SGD and its kin keep the rate in a tensor as well.
  if (members.setLearningRate) members.setLearningRate(rate);
  else members.learningRate = rate;
}
