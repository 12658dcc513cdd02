/**
 * Imported weights belong to nodes of the document (`<node id>/<weight>`); a built model knows layers. The names change here, at
 * each use and not at import, because the plan is another one after every edit.
 */
import type { ModelPlan } from '../../compile/plan';

/** Under the names that the engine gives them (`<layer>/<weight>`); those of nodes that the plan does not have are left out. */
export function weightsForPlan<Weight extends { readonly name: string }>(
  plan: ModelPlan,
  weights: readonly Weight[],
): readonly Weight[] {
  const layers = new Map(plan.nodes.map(({ id, name }) => [id, name]));
  return weights.flatMap((weight) => {
    const at = weight.name.indexOf('/');
    const layer = layers.get(weight.name.slice(0, at));
    return layer === undefined ? [] : [{ ...weight, name: `${layer}${weight.name.slice(at)}` }];
  });
}
