/**
 * Comparisons, logic, sampling and searches: constant wherever they are differentiable at all, so their gradient is zero. tfjs
 * throws for most of them as soon as what they compare depends on a weight, which forbids thresholded activations; for floorDiv
 * it answers with the gradient of the division.
 */
import { entry, type Gradients, zeros } from './gradient';

const INPUTS: { readonly [kernel: string]: readonly string[] } = {
  Equal: ['a', 'b'],
  NotEqual: ['a', 'b'],
  Greater: ['a', 'b'],
  GreaterEqual: ['a', 'b'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalOr: ['a', 'b'],
  LogicalNot: ['x'],
  All: ['x'],
  Any: ['x'],
  FloorDiv: ['a', 'b'],
  Multinomial: ['logits'],
  SearchSorted: ['sortedSequence', 'values'],
};

export const piecewiseConstantGradients: Gradients = (tf) =>
  Object.entries(INPUTS).map(([kernel, inputs]) =>
    entry(kernel, {
      inputs,
      gradient: (_, saved) =>
        Object.fromEntries(inputs.map((name, index) => [name, () => zeros(tf, saved[index]!)])),
    }),
  );
