/** Weights out of a model and back in, under names that do not depend on how often a model was built. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';
import type { KeptWeights, NamedWeight } from './weights';

/** A weight that does not fit: absent on one side (null) or of another shape. */
export interface WeightMismatch {
  readonly name: string;
  readonly expected: readonly number[] | null;
  readonly received: readonly number[] | null;
}

interface NamedVariable {
  readonly name: string;
  readonly variable: tfjs.LayerVariable;
}

/** `<layer>/<weight>`; variables carry a counter in `name` when a layer of that name was built before, so it is not used. */
export function namedVariables({ layers }: BuiltModel): NamedVariable[] {
  const names = new Set<string>();
  return [...layers.values()].flatMap((layer) =>
    layer.weights.map((variable) => {
      const prefix = `${layer.name}/`;
      const base = variable.originalName.startsWith(prefix)
        ? variable.originalName
        : prefix + variable.originalName;
      let name = base;
      for (let count = 1; names.has(name); count += 1) name = `${base}_${count}`;
      names.add(name);
      return { name, variable };
    }),
  );
}

/** A copy of all weights, in plan order. */
export function extractWeights(model: BuiltModel): Promise<NamedWeight[]> {
  return Promise.all(
    namedVariables(model).map(async ({ name, variable }) => ({
      name,
      shape: variable.shape as number[],
      values: await variable.read().data<'float32'>(),
    })),
  );
}

/** Sets all weights, or none and says why. */
export function loadWeights(
  tf: Tfjs,
  model: BuiltModel,
  weights: readonly NamedWeight[],
): readonly WeightMismatch[] {
  const variables = namedVariables(model);
  const given = new Map(weights.map((weight) => [weight.name, weight]));
  const known = new Set(variables.map(({ name }) => name));
  const mismatches: WeightMismatch[] = [];
  for (const { name, variable } of variables) {
    const weight = given.get(name);
    if (fits(tf, variable, weight)) continue;
    mismatches.push({ name, expected: variable.shape as number[], received: weight?.shape ?? null });
  }
  for (const { name, shape } of weights)
    if (!known.has(name)) mismatches.push({ name, expected: null, received: shape });
  if (mismatches.length > 0) return mismatches;
  write(tf, variables, given);
  return [];
}

/** Sets the weights that fit by name and shape; the others stay as they are. */
export function fitWeights(tf: Tfjs, model: BuiltModel, weights: readonly NamedWeight[]): KeptWeights {
  const variables = namedVariables(model);
  const given = new Map(weights.map((weight) => [weight.name, weight]));
  const fitting = variables.filter(({ name, variable }) => fits(tf, variable, given.get(name)));
  write(tf, fitting, given);
  return { kept: fitting.length, total: variables.length };
}

function fits(tf: Tfjs, variable: tfjs.LayerVariable, weight: NamedWeight | undefined): boolean {
  const expected = variable.shape as number[];
  return (
    weight !== undefined &&
    tf.util.arraysEqual([...weight.shape], expected) &&
    weight.values.length === tf.util.sizeFromShape(expected)
  );
}

function write(tf: Tfjs, variables: readonly NamedVariable[], given: ReadonlyMap<string, NamedWeight>): void {
  tf.tidy(() => {
    // The values may be transferred away later, so tfjs must not keep a view of them.
    for (const { name, variable } of variables) {
      const { values, shape } = given.get(name)!;
      variable.write(tf.tensor(values.slice(), [...shape], 'float32'));
    }
  });
}
