/**
 * From gradients to weights, for one phase: accumulation over batches, clipping, the schedule of the learning rate, a rate of its own
 * for each node, the optimizer, and the mean of the weights.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Phase } from '../compile/plan';
import type { Tfjs } from '../nodes/define-node';
import type { ScheduleType } from '../nodes/define-training';
import { optimizerType, scheduleType } from '../nodes/training-index';
import { AveragedWeights } from './averaged-weights';
import type { BuiltModel } from './build-model';
import type { SavedState } from './checkpoint';
import { accelerateOptimizer } from './kernels/register';
import { restoreOptimizer, saveOptimizer, setLearningRate } from './optimizer-state';
import type { Measures } from './run-event';

/** Weights that move at one rate share an optimizer. */
interface Group {
  readonly rate: number;
  readonly optimizer: tfjs.Optimizer;
  readonly variables: tfjs.Variable[];
}

export interface UpdaterOptions {
  readonly tf: Tfjs;
  readonly model: BuiltModel;
  readonly phase: Phase;
  readonly stepsPerEpoch: number;
  /** Variables outside of the layers that move with them (learned weights of the losses). */
  readonly others: readonly tfjs.Variable[];
}

export class Updater {
  /** All that move, in a fixed order: optimizers keep their state by position. */
  readonly variables: tfjs.Variable[];
  readonly averaged: AveragedWeights | null;
  readonly #tf: Tfjs;
  readonly #phase: Phase;
  readonly #stepsPerEpoch: number;
  readonly #schedule: ScheduleType;
  readonly #groups: readonly Group[];
  readonly #others: readonly tfjs.Variable[];
  /** Sums of the gradients of the batches since the last move. */
  #sums: tfjs.Tensor[] = [];
  #batches = 0;
  #moves = 0;

  constructor({ tf, model, phase, stepsPerEpoch, others }: UpdaterOptions) {
    const optimizer = optimizerType(phase.optimizer.type);
    const schedule = scheduleType(phase.schedule.type);
    if (!optimizer) throw new Error(`Plan: unknown optimizer ${phase.optimizer.type}`);
    if (!schedule) throw new Error(`Plan: unknown schedule ${phase.schedule.type}`);
    this.#tf = tf;
    this.#phase = phase;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#schedule = schedule;
    this.#others = others;
    const byFactor = new Map<number, tfjs.Variable[]>();
    const add = (factor: number, variables: readonly tfjs.Variable[]) => {
      if (variables.length > 0) byFactor.set(factor, [...(byFactor.get(factor) ?? []), ...variables]);
    };
    for (const [id, layer] of model.layers) {
      add(
        phase.rates[id] ?? 1,
        layer.trainableWeights.map((weight) => weight.read() as tfjs.Variable),
      );
    }
    add(1, others);
    this.#groups = [...byFactor].map(([factor, variables]) => {
      const built = optimizer.build(tf, phase.optimizer.config as never);
      const { learningRate } = built as unknown as { learningRate: number };
      return { rate: factor * learningRate, optimizer: accelerateOptimizer(tf, built), variables };
    });
    this.variables = this.#groups.flatMap(({ variables }) => variables);
    this.averaged = phase.averaging && new AveragedWeights(tf, model, phase.averaging);
  }

  /** One batch's gradients by variable name. Call inside a tidy; `history` is of the epochs of the phase that are over. */
  apply(gradients: tfjs.NamedTensorMap, history: readonly Measures[]): void {
    if (this.#phase.accumulate === 1) {
      this.#move((name) => gradients[name]!, history);
      return;
    }
    this.#accumulate(gradients);
    if (this.#batches < this.#phase.accumulate) return;
    const share = 1 / this.#batches;
    const means = new Map(
      this.variables.map(({ name }, i) => [name, this.#tf.mul(this.#sums[i]!, share)] as const),
    );
    this.#move((name) => means.get(name)!, history);
    this.#tf.dispose(this.#sums);
    this.#sums = [];
    this.#batches = 0;
  }

  #accumulate(gradients: tfjs.NamedTensorMap): void {
    const tf = this.#tf;
    const before = this.#sums;
    this.#sums = this.variables.map(({ name }, i) => {
      const gradient = gradients[name]!;
      return tf.keep(before[i] ? tf.add(before[i], gradient) : tf.clone(gradient));
    });
    tf.dispose(before);
    this.#batches += 1;
  }

  #move(gradientOf: (name: string) => tfjs.Tensor, history: readonly Measures[]): void {
    const clipped = this.#clipped(gradientOf);
    const { epochs, accumulate, schedule } = this.#phase;
    const factor = this.#schedule.factor(schedule.config as never, {
      step: this.#moves,
      steps: Math.max(1, Math.floor((epochs * this.#stepsPerEpoch) / accumulate)),
      stepsPerEpoch: this.#stepsPerEpoch / accumulate,
      history,
    });
    for (const { rate, optimizer, variables } of this.#groups) {
      setLearningRate(optimizer, rate * factor);
      optimizer.applyGradients(variables.map(({ name }) => ({ name, tensor: clipped(name) })));
    }
    this.#moves += 1;
    this.averaged?.afterMove();
  }

  #clipped(gradientOf: (name: string) => tfjs.Tensor): (name: string) => tfjs.Tensor {
    const tf = this.#tf;
    const { clipping } = this.#phase;
    if (!clipping || this.variables.length === 0) return gradientOf;
    const { kind, limit } = clipping;
    if (kind === 'value') return (name) => tf.clipByValue(gradientOf(name), -limit, limit);
    // ‖g‖ over all weights together (Pascanu, Mikolov and Bengio, 2013), without reading it: no wait for a GPU.
    const squares = this.variables.map(({ name }) => tf.sum(tf.square(gradientOf(name))));
    const norm = tf.sqrt(tf.addN(squares));
    const factor = tf.div(limit, tf.maximum(norm, limit));
    return (name) => tf.mul(gradientOf(name), factor);
  }

  async save(): Promise<SavedState> {
    const parts: [string, SavedState][] = [];
    for (const [i, { optimizer }] of this.#groups.entries())
      parts.push([`optimizer${i}`, await saveOptimizer(this.#tf, optimizer)]);
    if (this.averaged) parts.push(['averaged', await this.averaged.save()]);
    const arrays: Record<string, Float32Array> = {};
    for (const [i, sum] of this.#sums.entries()) arrays[`sum:${i}`] = await sum.data<'float32'>();
    // The layers' own are with the model.
    for (const [i, other] of this.#others.entries()) arrays[`other:${i}`] = await other.data<'float32'>();
    return joined(parts, { numbers: { moves: this.#moves, batches: this.#batches }, arrays });
  }

  restore(state: SavedState): void {
    const tf = this.#tf;
    for (const [i, other] of this.#others.entries())
      tf.tidy(() => other.assign(tf.tensor(state.arrays[`other:${i}`] as Float32Array, other.shape)));
    for (const [i, { optimizer, variables }] of this.#groups.entries())
      restoreOptimizer(this.#tf, optimizer, variables, partOf(state, `optimizer${i}`));
    this.averaged?.restore(partOf(state, 'averaged'));
    this.#moves = state.numbers['moves']!;
    this.#batches = state.numbers['batches']!;
    if (this.#batches > 0)
      this.#sums = this.variables.map((variable, i) =>
        this.#tf.tensor(state.arrays[`sum:${i}`] as Float32Array, variable.shape),
      );
  }

  dispose(): void {
    for (const { optimizer } of this.#groups) optimizer.dispose();
    this.averaged?.dispose();
    this.#tf.dispose(this.#sums);
    this.#sums = [];
  }
}

/** Parts under `<part>:<name>`, beside what stands for itself. */
function joined(parts: readonly (readonly [string, SavedState])[], own: SavedState): SavedState {
  const numbers: Record<string, number> = { ...own.numbers };
  const arrays: Record<string, Float32Array | Float64Array> = { ...own.arrays };
  for (const [part, state] of parts) {
    for (const [name, value] of Object.entries(state.numbers)) numbers[`${part}:${name}`] = value;
    for (const [name, value] of Object.entries(state.arrays)) arrays[`${part}:${name}`] = value;
  }
  return { numbers, arrays };
}

function partOf(state: SavedState, part: string): SavedState {
  const inner = <T>(all: { readonly [name: string]: T }): Record<string, T> =>
    Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) =>
        name.startsWith(`${part}:`) ? [[name.slice(part.length + 1), value] as const] : [],
      ),
    );
  return { numbers: inner(state.numbers), arrays: inner(state.arrays) };
}
