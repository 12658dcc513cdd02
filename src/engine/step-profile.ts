/**
 * Time and memory of each node in real steps of training. Forward: the time between one node's output and the next. Backward: each
 * output passes through an identity whose gradient takes the time, so that what passes between two of them is the gradient of the
 * node in between. Only where the backend computes while it is called (wasm, cpu): on a GPU a call returns before the work is done.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { ModelPlan, PlanId } from '../compile/plan';
import type { Batch } from '../data/dataset';
import type { NodeId } from '../graph/document';
import type { Tfjs } from '../nodes/define-node';
import type { MemoryWatch } from './memory-watch';
import { readsSynchronously } from './report';
import { type StepContext, trainStep } from './train-step';

export interface NodeProfile {
  readonly node: PlanId;
  readonly source: NodeId;
  /** Milliseconds of one step. */
  readonly forwardMs: number;
  readonly backwardMs: number;
  /** Taken in the forward pass and kept for the backward pass. */
  readonly bytes: number;
}

export interface StepProfile {
  /** In plan order. */
  readonly nodes: readonly NodeProfile[];
  /** Making tensors of the batch, the loss with its gradient, and the optimizer. */
  readonly batchMs: number;
  readonly lossMs: number;
  readonly updateMs: number;
  readonly totalMs: number;
}

/**
 * One step for each batch; the profile is of the one whose length is the median, so that its parts add up and a pause (garbage, another
 * program) is not in it. The weights move. Null where the backend does not compute while it is called.
 */
export function profileSteps(
  context: StepContext,
  batches: readonly Batch[],
  watch: MemoryWatch,
): StepProfile | null {
  if (!readsSynchronously(context.tf)) return null;
  const profiles = batches.map((batch) => {
    const clock = new StepClock(context, watch);
    void trainStep(context, batch, clock);
    return clock.profile(context.model.plan);
  });
  profiles.sort((a, b) => a.totalMs - b.totalMs);
  return profiles[Math.floor(profiles.length / 2)] ?? null;
}

class StepClock {
  readonly #forward = new Map<PlanId, number>();
  readonly #backward = new Map<PlanId, number>();
  readonly #kept = new Map<PlanId, number>();
  #batchMs = 0;
  #lossMs = 0;
  #updateMs = 0;
  readonly #tf: Tfjs;
  readonly #watch: MemoryWatch;
  readonly #inputs: ReadonlySet<PlanId>;
  readonly #startedAt = performance.now();
  #at = this.#startedAt;
  #bytes = 0;
  /** The node whose gradient is being computed; null while it is the loss. */
  #passing: PlanId | null = null;

  constructor({ tf, model }: StepContext, watch: MemoryWatch) {
    this.#tf = tf;
    this.#watch = watch;
    this.#inputs = new Set(model.plan.inputs.map(({ id }) => id));
  }

  readonly tap = (id: PlanId, outputs: readonly tfjs.Tensor[]): readonly tfjs.Tensor[] => {
    if (this.#inputs.has(id)) this.#batchMs += this.#lap();
    else {
      add(this.#forward, id, this.#lap());
      add(this.#kept, id, this.#watch.bytes - this.#bytes);
    }
    this.#bytes = this.#watch.bytes;
    return this.#inputs.has(id) ? outputs : outputs.map((output) => this.#timed(id, output));
  };

  onGradients(): void {
    this.#passed(null);
  }

  onUpdate(): void {
    this.#updateMs += this.#lap();
  }

  /** After the step. */
  profile({ nodes }: ModelPlan): StepProfile {
    return {
      nodes: nodes.map(({ id, source }) => ({
        node: id,
        source,
        forwardMs: this.#forward.get(id) ?? 0,
        backwardMs: this.#backward.get(id) ?? 0,
        bytes: this.#kept.get(id) ?? 0,
      })),
      ...{ batchMs: this.#batchMs, lossMs: this.#lossMs, updateMs: this.#updateMs },
      totalMs: performance.now() - this.#startedAt,
    };
  }

  #timed(id: PlanId, output: tfjs.Tensor): tfjs.Tensor {
    if (output.dtype !== 'float32') return output;
    const identity = this.#tf.customGrad((x) => ({
      value: this.#tf.clone(x as tfjs.Tensor),
      gradFunc: (dy: tfjs.Tensor) => {
        this.#passed(id);
        return this.#tf.clone(dy);
      },
    }));
    return identity(output);
  }

  /** The gradient has come to this node's output; what went before belongs to the one above it. */
  #passed(id: PlanId | null): void {
    const ms = this.#lap();
    if (this.#passing === null) this.#lossMs += ms;
    else add(this.#backward, this.#passing, ms);
    this.#passing = id;
  }

  #lap(): number {
    const now = performance.now();
    const ms = now - this.#at;
    this.#at = now;
    return ms;
  }
}

function add(sums: Map<PlanId, number>, id: PlanId, value: number): void {
  sums.set(id, (sums.get(id) ?? 0) + value);
}
