/** Weights of an imported model under the names that the engine gives them: layers of a plan are named after their nodes. */
import type { ModelPlan } from '../../compile/plan';
import type { ReadWeight } from './read-weights';

/** `weights` named `<node id>/<weight>`, as the importer gives them; those of nodes without a layer are left out. */
export function weightsForPlan(plan: ModelPlan, weights: readonly ReadWeight[]): readonly ReadWeight[] {
  const layers = new Map(plan.nodes.map((node) => [node.id, node.name]));
  return weights.flatMap((weight) => {
    const at = weight.name.indexOf('/');
    const layer = layers.get(weight.name.slice(0, at));
    return layer ? [{ ...weight, name: `${layer}${weight.name.slice(at)}` }] : [];
  });
}
