/**
 * Looks into a step of training now and then: gradients, weights, their change and activations of each node, and what is wrong with
 * them. It computes beside the step, on tensors that the step makes anyway, and moves none of its numbers.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { ModelPlan, PlanId, PlanNode } from '../compile/plan';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';
import { finishReading, type Reading, startReading } from './report';
import type { NodeHealth, Verdict } from './run-event';
import type { StepProbe } from './train-step';

/**
 * Norms that recipes clip gradients to lie between 0.25 and 10 (Pascanu, Mikolov and Bengio, 2013, and the transformers after
 * them); a hundred times the largest of these is no step any more.
 */
const EXPLODING_NORM = 1000;
/**
 * Of the largest root mean square among the nodes behind it, on the way to the loss (layers compared as by Glorot and Bengio, 2010).
 * At one learning rate such a node needs ten thousand steps for what the other does in one.
 */
const VANISHING_SHARE = 1e-4;
/** A hundredth of Adam's epsilon: not even an optimizer that divides by the size of the gradient moves anything by it. */
const NOTHING = 1e-9;
/** Stanford's CS231n: a rate too high can kill "as much as 40 %" of a network's ReLUs. */
const DEAD_SHARE = 0.4;
/** A unit that is zero for fewer values than this has not been seen enough to be called dead. */
const ENOUGH_VALUES = 16;
/** Beyond it the gradient of tanh is below 0.02 (of sigmoid, 0.01): saturated as Glorot and Bengio (2010) show it. */
const SATURATED_AT = 0.99;
const SATURATED_SHARE = 0.5;

type Activation = 'relu' | 'tanh' | 'sigmoid' | null;

/** Figures of one node in the order in which they are read. */
const FIGURES = ['gradient', 'weight', 'change', 'mean', 'square', 'dead', 'saturated'] as const;
type Figure = (typeof FIGURES)[number];

/** One look into one step. Give it to `trainStep`, then ask for the `result`. */
export class HealthProbe implements StepProbe {
  readonly #tf: Tfjs;
  readonly #model: BuiltModel;
  /** Outputs of nodes, kept until the update. */
  readonly #outputs = new Map<PlanId, tfjs.Tensor>();
  readonly #scalars: { readonly node: PlanId; readonly figure: Figure; readonly value: tfjs.Tensor }[] = [];
  readonly #before = new Map<PlanId, tfjs.Tensor[]>();
  /** Values per unit of a node's output. */
  readonly #seen = new Map<PlanId, number>();
  #reading: Reading = [];
  /** What the look has taken so far, beside the step. */
  spentMs = 0;

  constructor(tf: Tfjs, model: BuiltModel) {
    this.#tf = tf;
    this.#model = model;
  }

  readonly tap = (id: PlanId, outputs: readonly tfjs.Tensor[]): readonly tfjs.Tensor[] => {
    const startedAt = performance.now();
    const [output] = outputs;
    // The gradient's scope disposes what is made in it. A clone shares the values and has a life of its own.
    if (output?.dtype === 'float32' && this.#model.layers.has(id))
      this.#outputs.set(id, this.#tf.keep(this.#tf.clone(output)));
    this.spentMs += performance.now() - startedAt;
    return outputs;
  };

  onGradients(gradients: tfjs.NamedTensorMap): void {
    const startedAt = performance.now();
    const tf = this.#tf;
    for (const [id, layer] of this.#model.layers) {
      const variables = layer.trainableWeights.map((weight) => weight.read() as tfjs.Variable);
      if (variables.length === 0) continue;
      const own = variables.flatMap(({ name }) => gradients[name] ?? []);
      if (own.length > 0) this.#note(id, 'gradient', sumOfSquares(tf, own));
      this.#note(id, 'weight', sumOfSquares(tf, variables));
      this.#before.set(
        id,
        variables.map((variable) => tf.clone(variable)),
      );
    }
    for (const { id, type, config } of this.#model.plan.nodes) {
      const output = this.#outputs.get(id);
      if (output) this.#noteActivations(id, output, activationOf(type, config));
    }
    tf.dispose([...this.#outputs.values()]);
    this.#outputs.clear();
    this.spentMs += performance.now() - startedAt;
  }

  onUpdate(): void {
    const startedAt = performance.now();
    const tf = this.#tf;
    for (const [id, before] of this.#before) {
      const now = this.#model.layers.get(id)!.trainableWeights;
      const changes = now.map((weight, i) => tf.sub(weight.read(), before[i]!));
      this.#note(id, 'change', sumOfSquares(tf, changes));
    }
    this.#reading = startReading(
      tf,
      this.#scalars.map(({ value }) => value),
    );
    this.spentMs += performance.now() - startedAt;
  }

  /** After an exception in the step. */
  dispose(): void {
    this.#tf.dispose([...this.#outputs.values()]);
  }

  /** In plan order. */
  async result(): Promise<NodeHealth[]> {
    const report = await finishReading(this.#reading);
    const found = new Map<PlanId, Partial<Record<Figure, number>>>();
    for (const [i, { node, figure }] of this.#scalars.entries())
      found.set(node, { ...found.get(node), [figure]: report[i]![0]! });
    const { plan, layers } = this.#model;
    const weightsOf = (id: PlanId): number =>
      layers.get(id)!.trainableWeights.reduce((sum, weight) => sum + weight.read().size, 0);
    return judged(
      plan,
      plan.nodes.map((node) => this.#health(node, found.get(node.id) ?? {})),
      weightsOf,
    );
  }

  #noteActivations(id: PlanId, output: tfjs.Tensor, activation: Activation): void {
    const tf = this.#tf;
    this.#note(id, 'mean', tf.mean(output));
    this.#note(id, 'square', tf.mean(tf.square(output)));
    if (activation === 'relu') {
      const others = output.shape.map((_, axis) => axis).slice(0, -1);
      this.#seen.set(id, output.size / output.shape.at(-1)!);
      this.#note(id, 'dead', tf.mean(tf.cast(tf.equal(tf.max(output, others), 0), 'float32')));
    } else if (activation !== null) {
      // σ(x) = (tanh(x/2) + 1) / 2: on the scale of tanh both are the same.
      const scaled = activation === 'sigmoid' ? tf.sub(tf.mul(output, 2), 1) : output;
      this.#note(id, 'saturated', tf.mean(tf.cast(tf.greater(tf.abs(scaled), SATURATED_AT), 'float32')));
    }
  }

  #note(node: PlanId, figure: Figure, value: tfjs.Tensor): void {
    this.#scalars.push({ node, figure, value });
  }

  #health({ id, source }: PlanNode, found: Partial<Record<Figure, number>>): NodeHealth {
    const root = (square: number | undefined) => (square === undefined ? null : Math.sqrt(square));
    const { mean = null, square = 0, dead = null, saturated = null } = found;
    const weightNorm = root(found.weight);
    const change = root(found.change);
    return {
      node: id,
      source,
      gradientNorm: root(found.gradient),
      weightNorm,
      // With gradients still being gathered nothing moves.
      updateRatio: change === null || change === 0 || !weightNorm ? null : change / weightNorm,
      mean,
      std: mean === null ? null : Math.sqrt(Math.max(0, square - mean * mean)),
      deadShare: (this.#seen.get(id) ?? 0) < ENOUGH_VALUES ? null : dead,
      saturatedShare: saturated,
      verdicts: [],
    };
  }
}

const sumOfSquares = (tf: Tfjs, tensors: readonly tfjs.Tensor[]): tfjs.Tensor =>
  tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor))));

/** Of what a node gives; recurrent layers use theirs inside, where it does not show in the output. */
function activationOf(type: string, { activation }: PlanNode['config']): Activation {
  if (RECURRENT.has(type)) return null;
  return activation === 'relu' || activation === 'tanh' || activation === 'sigmoid' ? activation : null;
}
const RECURRENT: ReadonlySet<string> = new Set(['lstm', 'gru', 'simple-rnn', 'conv-lstm-2d']);

/** The verdicts, from the loss backwards. What only predictions go through (a sigmoid behind the logits) is not judged. */
function judged(
  plan: ModelPlan,
  nodes: readonly NodeHealth[],
  weightsOf: (id: PlanId) => number,
): NodeHealth[] {
  const learning = beforeTheLoss(plan);
  let largest = 0;
  return nodes
    .toReversed()
    .map((node): NodeHealth => {
      if (!learning.has(node.node)) return node;
      const verdicts: Verdict[] = [];
      const { gradientNorm, deadShare, saturatedShare } = node;
      if (gradientNorm !== null) {
        const rms = gradientNorm / Math.sqrt(weightsOf(node.node));
        if (!(gradientNorm <= EXPLODING_NORM)) verdicts.push('exploding');
        else if (rms < Math.max(NOTHING, VANISHING_SHARE * largest)) verdicts.push('vanishing');
        largest = Math.max(largest, rms);
      }
      if (deadShare !== null && deadShare >= DEAD_SHARE) verdicts.push('dead');
      if (saturatedShare !== null && saturatedShare >= SATURATED_SHARE) verdicts.push('saturated');
      return { ...node, verdicts };
    })
    .toReversed();
}

function beforeTheLoss(plan: ModelPlan): ReadonlySet<PlanId> {
  const found = new Set(plan.heads.map(({ logits }) => logits.node));
  for (const node of plan.nodes.toReversed()) {
    if (!found.has(node.id)) continue;
    for (const ref of Object.values(node.inputs).flat()) found.add(ref.node);
  }
  return found;
}

const EVERY_MS = 3000;
const LEAST_MS = 1000;
const TIME_SHARE = 0.01;

/**
 * When to look: at the first step, at the first of each epoch, and every few seconds; but not twice in a second, and never for more
 * than 1 % of the time.
 */
export class HealthWatch {
  #epoch = 0;
  #next = 0;

  isDue(epoch: number): boolean {
    const now = performance.now();
    return now >= this.#next && (epoch !== this.#epoch || now >= this.#next + EVERY_MS);
  }

  /** A look that took this long beyond its step. */
  looked(epoch: number, durationMs: number): void {
    this.#epoch = epoch;
    this.#next = performance.now() + Math.max(LEAST_MS, durationMs / TIME_SHARE);
  }
}
