/** One step of training: forward, loss, gradients, update. All its tensors are disposed, also when it throws. */
import type * as tfjs from '@tensorflow/tfjs';
import type { PlanHead } from '../compile/plan';
import type { Batch } from '../data/dataset';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel, HeadOutputs, Tap } from './build-model';
import { batchTensors, type HeadLosses, type Objective } from './objective';
import { finishReading, type Reading, type Report, startReading } from './report';
import type { Measures } from './run-event';
import type { Updater } from './updater';

export interface StepContext {
  readonly tf: Tfjs;
  readonly model: BuiltModel;
  readonly objective: Objective;
  readonly updater: Updater;
  /** Measures of the epochs of this phase that are over. */
  readonly history: readonly Measures[];
  /** Heads whose outcomes the report should have. */
  readonly metered: (head: PlanHead) => boolean;
}

/** Looks into one step; what it computes changes none of the step's numbers. Called in this order, inside the step's tidy. */
export interface StepProbe {
  readonly tap: Tap;
  /** The gradient pass is over; the weights have not moved. */
  onGradients(gradients: tfjs.NamedTensorMap): void;
  /** `moved` is false where the loss was not finite. */
  onUpdate(moved: boolean): void;
}

/**
 * Where the report can be read at once, a step whose loss is not finite moves nothing: the weights that led there can still be
 * examined.
 */
export function trainStep(
  context: StepContext,
  batch: Batch,
  probe: StepProbe | null = null,
): Report | Promise<Report> {
  const { tf, objective, updater, history, metered } = context;
  // The gradient's scope disposes what is made in it, except what is kept.
  const kept: tfjs.Tensor[] = [];
  let reading: Reading = [];
  try {
    tf.tidy(() => {
      const { outputs, losses, gradients } = backward(context, batch, kept, probe);
      probe?.onGradients(gradients);
      reading = startReading(tf, objective.parts(losses, outputs, metered));
      const mayMove = 'packed' in reading || Number.isFinite(reading[0]![0]);
      if (mayMove && updater.variables.length > 0) updater.apply(gradients, history);
      probe?.onUpdate(mayMove);
    });
  } catch (error) {
    disposeTape(tf);
    throw error;
  } finally {
    tf.dispose(kept);
  }
  return finishReading(reading);
}

interface Pass {
  readonly outputs: HeadOutputs;
  readonly losses: HeadLosses;
}

function backward(
  { tf, model, objective, updater: { variables } }: StepContext,
  batch: Batch,
  kept: tfjs.Tensor[],
  probe: StepProbe | null,
): Pass & { readonly gradients: tfjs.NamedTensorMap } {
  const { inputs, targets } = batchTensors(tf, batch);
  const forward = (): Pass => {
    const outputs = model.forward(inputs, true, probe?.tap);
    return { outputs, losses: objective.losses(outputs, targets) };
  };
  // With every node frozen there is nothing to differentiate by, and tfjs would refuse.
  if (variables.length === 0) return { ...forward(), gradients: {} };
  let pass: Pass | undefined;
  const { grads } = tf.variableGrads(() => {
    pass = forward();
    const { outputs, losses } = pass;
    for (const tensor of [...outputs.values, ...outputs.masks, ...losses.heads, losses.total])
      if (tensor) kept.push(tf.keep(tensor));
    return losses.minimised;
  }, variables);
  return { ...(pass as Pass | undefined)!, gradients: grads };
}

/** tfjs keeps what a layer saved for its gradient until the gradient has run; after an exception nobody would free it. */
function disposeTape(tf: Tfjs): void {
  const { state } = tf.engine() as unknown as { state: { activeTape: { saved?: tfjs.Tensor[] }[] | null } };
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = null;
}
