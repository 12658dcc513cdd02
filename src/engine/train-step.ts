/** One step of training: forward, loss, gradients, update. Everything but the report is disposed, also when it throws. */
import type * as tfjs from '@tensorflow/tfjs';
import type { PlanHead } from '../compile/plan';
import type { Batch } from '../data/dataset';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel, HeadOutputs } from './build-model';
import { batchTensors, type HeadLosses, type Objective } from './objective';

export interface StepContext {
  readonly tf: Tfjs;
  readonly model: BuiltModel;
  readonly objective: Objective;
  readonly optimizer: tfjs.Optimizer;
  /** Those that move in this phase, in a fixed order: optimizers keep their state by position. */
  readonly variables: tfjs.Variable[];
  /** Heads whose outcomes are wanted in the report. */
  readonly metered: (head: PlanHead) => boolean;
}

/**
 * Gives the report. `accept` sees it before the weights move and may refuse the update (non-finite loss), so that the weights
 * which led there are still those that can be examined.
 */
export function trainStep(
  context: StepContext,
  batch: Batch,
  accept: (report: tfjs.Tensor1D) => boolean,
): tfjs.Tensor1D {
  const { tf, objective, optimizer, variables, metered } = context;
  // The gradient's scope disposes what is made in it, except what is kept.
  const kept: tfjs.Tensor[] = [];
  try {
    return tf.tidy(() => {
      const { outputs, losses, gradients } = backward(context, batch, kept);
      const report = objective.report(losses, outputs, metered);
      if (accept(report) && variables.length > 0) {
        optimizer.applyGradients(variables.map(({ name }) => ({ name, tensor: gradients[name]! })));
      }
      return report;
    });
  } catch (error) {
    disposeTape(tf);
    throw error;
  } finally {
    tf.dispose(kept);
  }
}

interface Pass {
  readonly outputs: HeadOutputs;
  readonly losses: HeadLosses;
}

function backward(
  { tf, model, objective, variables }: StepContext,
  batch: Batch,
  kept: tfjs.Tensor[],
): Pass & { readonly gradients: tfjs.NamedTensorMap } {
  const { inputs, targets } = batchTensors(tf, batch);
  const forward = (): Pass => {
    const outputs = model.forward(inputs, true);
    return { outputs, losses: objective.losses(outputs, targets) };
  };
  // With every node frozen there is nothing to differentiate by, and tfjs would refuse.
  if (variables.length === 0) return { ...forward(), gradients: {} };
  let pass: Pass | undefined;
  const { grads } = tf.variableGrads(() => {
    pass = forward();
    const { outputs, losses } = pass;
    for (const tensor of [...outputs.values, ...outputs.masks, ...losses.heads])
      if (tensor) kept.push(tf.keep(tensor));
    return losses.total;
  }, variables);
  return { ...(pass as Pass | undefined)!, gradients: grads };
}

/** tfjs keeps what a layer saved for its gradient until the gradient has run; after an exception nobody would free it. */
function disposeTape(tf: Tfjs): void {
  const { state } = tf.engine() as unknown as { state: { activeTape: { saved?: tfjs.Tensor[] }[] | null } };
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = null;
}
