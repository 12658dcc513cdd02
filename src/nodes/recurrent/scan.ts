/**
 * A recurrent cell over a sequence as one differentiable operation. tfjs records every little operation of every step and then
 * differentiates the record; here the gradient is written out (backpropagation through time), which leaves fewer and larger
 * operations: one product for the inputs of all steps, and one each for the gradients of kernel, recurrent kernel and input. Where the
 * backend has kernels of ours for the whole sequence, these take over.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from '../define-node';
import { ownKernel } from '../own-kernel';
import type { Cell } from './cells';

type Matrix = tfjs.Tensor2D;

export interface Scan {
  /** float32 [batch, time, features] */
  readonly x: tfjs.Tensor3D;
  readonly kernel: Matrix;
  readonly recurrent: Matrix;
  readonly bias: tfjs.Tensor1D | null;
  /** float32 [batch, time], 1 = real. At a padded step the states stay. */
  readonly mask: Matrix | null;
  /** From the last step to the first; outputs in the order in which they are made, as in Keras. */
  readonly backwards: boolean;
  readonly everyStep: boolean;
}

/** The last hidden state [batch, units], or those of every step [batch, time, units]. */
export function scan(tf: Tfjs, cell: Cell, given: Scan): tfjs.Tensor {
  const { forward, backward } = fused(tf, cell, given) ?? stepByStep(tf, cell, given);
  const { x, kernel, recurrent, bias } = given;
  const operation = tf.customGrad((...args) => {
    const save = args.at(-1) as (tensors: tfjs.Tensor[]) => void;
    return { value: forward(args.slice(0, -1) as tfjs.Tensor[], save), gradFunc: backward };
  });
  return operation(x, kernel, recurrent, ...(bias ? [bias] : []));
}

/** Takes x, kernel, recurrent kernel and perhaps bias; gives their gradients in this order. */
interface Differentiable {
  forward(inputs: readonly tfjs.Tensor[], save: (tensors: tfjs.Tensor[]) => void): tfjs.Tensor;
  backward(dy: tfjs.Tensor, saved: readonly tfjs.Tensor[]): tfjs.Tensor[];
}

/** One kernel forward and one backward, or null where the backend lacks them. */
function fused(tf: Tfjs, cell: Cell, { x, mask, backwards, everyStep }: Scan): Differentiable | null {
  if (x.dtype !== 'float32' || !tf.getKernel('Weft>RecurrentSequence', tf.getBackend())) return null;
  const attributes = { cell: cell.name, backwards, everyStep, record: tf.engine().isTapeOn() };
  let hasBias = false;
  const run = (name: 'RecurrentSequence' | 'RecurrentSequenceGradient', inputs: tfjs.NamedTensorMap) =>
    ownKernel(tf, `Weft>${name}`, inputs, attributes) as tfjs.Tensor[];
  return {
    forward([sequence, kernel, recurrent, bias], save) {
      hasBias = bias !== undefined;
      const inputs = { x: sequence!, kernel: kernel!, recurrent: recurrent!, ...(mask && { mask }) };
      const [y, ...recorded] = run('RecurrentSequence', { ...inputs, ...(bias && { bias }) });
      save([...recorded, ...Object.values(inputs)]);
      return y!;
    },
    backward(dy, saved) {
      const recorded = cell.name === 'lstm' ? ['gates', 'hidden', 'cellState', 'bent'] : ['gates', 'hidden'];
      const names = [...recorded, 'x', 'kernel', 'recurrent', ...(mask ? ['mask'] : [])];
      const inputs = Object.fromEntries(names.map((name, i) => [name, saved[i]!]));
      const gradients = run('RecurrentSequenceGradient', { ...inputs, dy });
      return hasBias ? gradients : gradients.slice(0, 3);
    },
  };
}

function stepByStep(
  tf: Tfjs,
  cell: Cell,
  { x, recurrent, bias, mask, backwards, everyStep }: Scan,
): Differentiable {
  const [batch, time, features] = x.shape;
  const units = recurrent.shape[0];
  const width = cell.gates * units;
  // Without a gradient to come, nothing needs to outlive its step.
  const recording = tf.engine().isTapeOn();
  const order = Array.from({ length: time }, (_, t) => (backwards ? time - 1 - t : t));

  /** Columns [batch, 1] of the mask. */
  const maskSteps = (m: Matrix | undefined): readonly Matrix[] | null => (m ? tf.split(m, time, 1) : null);
  /** m·a + (1 − m)·b */
  const choose = (m: Matrix, a: Matrix, b: Matrix): Matrix => tf.add(b, tf.mul(m, tf.sub(a, b)));

  const forward = (inputs: readonly tfjs.Tensor[], save: (tensors: tfjs.Tensor[]) => void): tfjs.Tensor => {
    const [sequence, w, u, b] = inputs as [tfjs.Tensor3D, Matrix, Matrix, tfjs.Tensor1D?];
    const flat = tf.transpose(sequence, [1, 0, 2]).reshape([time * batch, features]) as Matrix;
    const product = tf.matMul(flat, w);
    const all = (b ? tf.add<Matrix>(product, b) : product).reshape([time, batch, width]);
    const z = tf.unstack(all) as Matrix[];
    const masks = maskSteps(mask ?? undefined);
    let states: readonly Matrix[] = Array.from({ length: cell.states }, () =>
      tf.zeros<tfjs.Rank.R2>([batch, units]),
    );
    const kept: Matrix[][] = [];
    const outputs: Matrix[] = [];
    for (const t of order) {
      const before = states;
      const step = tf.tidy(() => {
        const made = cell.forward(z[t]!, before, u);
        const next = masks
          ? made.states.map((state, n) => choose(masks[t]!, state, before[n]!))
          : made.states;
        return { states: [...next], kept: recording ? [...made.kept] : [] };
      });
      states = step.states;
      kept.push(step.kept);
      outputs.push(step.states[0]!);
    }
    save([flat, w, u, ...(mask ? [mask] : []), ...kept.flat()]);
    return everyStep ? tf.stack(outputs, 1) : states[0]!.clone();
  };

  const backward = (dy: tfjs.Tensor, saved: readonly tfjs.Tensor[]): tfjs.Tensor[] => {
    const [flat, w, u] = saved as [Matrix, Matrix, Matrix];
    const masks = maskSteps(mask ? (saved[3] as Matrix) : undefined);
    const kept = saved.slice(mask ? 4 : 3) as Matrix[];
    const perStep = kept.length / time;
    const dOutputs = everyStep ? (tf.unstack(dy, 1) as Matrix[]) : null;
    const nothing = tf.zeros<tfjs.Rank.R2>([batch, units]);
    let dStates: readonly Matrix[] = Array.from({ length: cell.states }, (_, n) =>
      n === 0 && !dOutputs ? (dy as Matrix) : nothing,
    );
    const dz: Matrix[] = [];
    for (let position = time - 1; position >= 0; position--) {
      const t = order[position]!;
      const after = dStates;
      const step = tf.tidy(() => {
        const arriving = dOutputs
          ? [tf.add<Matrix>(after[0]!, dOutputs[position]!), ...after.slice(1)]
          : after;
        const m = masks?.[t];
        const through = m ? arriving.map((grad) => tf.mul<Matrix>(m, grad)) : arriving;
        const made = cell.backward(through, kept.slice(position * perStep, (position + 1) * perStep), u);
        const previous = m
          ? made.dStates.map((grad, n) => tf.add<Matrix>(grad, tf.sub(arriving[n]!, through[n]!)))
          : made.dStates;
        return { dStates: [...previous], dz: made.dz };
      });
      dStates = step.dStates;
      dz[t] = step.dz;
    }
    const all = tf.concat2d(dz, 0);
    /** Kept tensor `n` of all steps, in the order of time, which is that of `all`. */
    const gathered = (n: number): Matrix => {
      const steps: Matrix[] = [];
      for (const [position, t] of order.entries()) steps[t] = kept[position * perStep + n]!;
      return tf.concat2d(steps, 0);
    };
    const dx = tf.matMul(all, w, false, true).reshape([time, batch, features]);
    return [
      tf.transpose(dx, [1, 0, 2]),
      tf.matMul(flat, all, true),
      cell.recurrentGradient(gathered, all),
      ...(bias ? [tf.sum(all, 0)] : []),
    ];
  };

  return { forward, backward };
}
