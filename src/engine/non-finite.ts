/** Where a loss that is not a number came from: the first place, in the order of cause and effect, that is not finite. */
import type * as tfjs from '@tensorflow/tfjs';
import type { PlanId } from '../compile/plan';
import type { Batch, TensorData } from '../data/dataset';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';
import { readsSynchronously } from './report';
import type { NonFinitePart } from './run-event';

export interface NonFinite {
  readonly node: PlanId | null;
  readonly part: NonFinitePart | null;
}

/**
 * Of the batch that failed, by one more forward pass. `hasMoved`: the weights have been moved by training. Weights that were finite and
 * no longer are were moved by a gradient that was not, or that the learning rate carried out of range.
 */
export function findNonFinite(tf: Tfjs, model: BuiltModel, batch: Batch, hasMoved: boolean): NonFinite {
  const { plan } = model;
  const input = batch.inputs.findIndex(isNotFinite);
  if (input >= 0) return { node: plan.inputs[input]!.id, part: 'data' };
  const target = batch.targets.findIndex(isNotFinite);
  if (target >= 0) return { node: plan.heads[target]!.id, part: 'data' };
  // A GPU has gone on to move the weights when it becomes known that the loss was not finite.
  const isInOrder = readsSynchronously(tf);
  if (isInOrder) {
    const node = plan.nodes.find(({ id }) =>
      model.layers.get(id)!.weights.some((weight) => hasNonFinite(weight)),
    );
    if (node) return { node: node.id, part: hasMoved ? 'gradients' : 'weights' };
  }
  const inputs = batch.inputs.map(({ values, shape }) =>
    tf.tensor(values, [...shape], values instanceof Int32Array ? 'int32' : 'float32'),
  );
  const node = model.firstNonFinite(inputs);
  tf.dispose(inputs);
  const found: NonFinitePart = node === null ? 'loss' : 'activations';
  return { node: node ?? plan.heads[0]?.logits.node ?? null, part: isInOrder ? found : null };
}

const isNotFinite = ({ values }: TensorData): boolean =>
  values instanceof Float32Array && !values.every(Number.isFinite);

const hasNonFinite = (weight: tfjs.LayerVariable): boolean =>
  !(weight.read().dataSync() as Float32Array).every(Number.isFinite);
