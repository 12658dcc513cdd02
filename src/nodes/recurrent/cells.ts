/**
 * One step of each recurrent cell and its derivative, as used by `scan`. Kernels hold the gates side by side: LSTM input, forget,
 * cell, output; GRU update, reset, candidate. `z` is the input's share of all gates, xW + b, computed beforehand.
 */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from '../define-node';

type Tensor = tfjs.Tensor2D;

export interface Step {
  /** Hidden state first. */
  readonly states: readonly Tensor[];
  /** What the backward step needs. */
  readonly kept: readonly Tensor[];
}
export interface StepGradient {
  readonly dz: Tensor;
  readonly dStates: readonly Tensor[];
}
export interface Cell {
  /** For the fused kernel. */
  readonly name: 'simple tanh' | 'simple relu' | 'lstm' | 'gru';
  readonly states: number;
  readonly gates: number;
  forward(z: Tensor, states: readonly Tensor[], recurrent: Tensor): Step;
  backward(dStates: readonly Tensor[], kept: readonly Tensor[], recurrent: Tensor): StepGradient;
  /** Gradient of the recurrent kernel from all steps at once: `kept` holds column n of every step, steps below each other. */
  recurrentGradient(kept: (n: number) => Tensor, dz: Tensor): Tensor;
}

/** Columns of gate `from` and, when `count` is larger, of those after it. */
const gate = (x: Tensor, units: number, from: number, count = 1): Tensor =>
  x.slice([0, from * units], [x.shape[0], count * units]);

/** h = φ(z + hU) */
export function simpleCell(tf: Tfjs, activation: 'tanh' | 'relu'): Cell {
  return {
    name: `simple ${activation}`,
    states: 1,
    gates: 1,
    forward(z, [h], recurrent) {
      const sum = tf.add<Tensor>(z, tf.matMul(h!, recurrent));
      const next = activation === 'tanh' ? tf.tanh(sum) : tf.relu(sum);
      return { states: [next], kept: [h!, next] };
    },
    backward([dh], [, next], recurrent) {
      const slope = activation === 'tanh' ? tf.sub<Tensor>(1, tf.square(next!)) : tf.step(next!);
      const dz = tf.mul<Tensor>(dh!, slope);
      return { dz, dStates: [tf.matMul(dz, recurrent, false, true)] };
    },
    recurrentGradient: (kept, dz) => tf.matMul(kept(0), dz, true),
  };
}

/** i, f, o = σ(·), g = tanh(·), c = f·c + i·g, h = o·tanh(c) */
export function lstmCell(tf: Tfjs, units: number): Cell {
  return {
    name: 'lstm',
    states: 2,
    gates: 4,
    forward(z, [h, c], recurrent) {
      const sum = tf.add<Tensor>(z, tf.matMul(h!, recurrent));
      const sigmoids = tf.sigmoid(sum);
      const [i, f, o] = [gate(sigmoids, units, 0), gate(sigmoids, units, 1), gate(sigmoids, units, 3)];
      const g = tf.tanh(gate(sum, units, 2));
      const memory = tf.add<Tensor>(tf.mul(f, c!), tf.mul(i, g));
      const bent = tf.tanh(memory);
      const next = tf.mul<Tensor>(o, bent);
      return { states: [next, memory], kept: [h!, c!, sigmoids, i, f, g, o, bent, next] };
    },
    backward([dh, dc], kept, recurrent) {
      const [, c, sigmoids, i, f, g, o, bent, next] = kept;
      // o(1 − tanh²) = o − h·tanh
      const dMemory = tf.add<Tensor>(dc!, tf.mul(dh!, tf.sub(o!, tf.mul(next!, bent!))));
      // σ' = σ(1 − σ) for three of the gates; the cell gate in between is a tanh.
      const slopes = tf.mul<Tensor>(sigmoids!, tf.sub(1, sigmoids!));
      const upper = tf.concat2d([tf.mul<Tensor>(dMemory, g!), tf.mul<Tensor>(dMemory, c!)], 1);
      const dz = tf.concat2d(
        [
          tf.mul<Tensor>(upper, gate(slopes, units, 0, 2)),
          tf.mul<Tensor>(tf.mul(dMemory, i!), tf.sub(1, tf.square(g!))),
          tf.mul<Tensor>(tf.mul(dh!, bent!), gate(slopes, units, 3)),
        ],
        1,
      );
      return { dz, dStates: [tf.matMul(dz, recurrent, false, true), tf.mul<Tensor>(dMemory, f!)] };
    },
    recurrentGradient: (kept, dz) => tf.matMul(kept(0), dz, true),
  };
}

/** u, r = σ(·), k = tanh(z_k + (r·h)U_k), h = u·h + (1 − u)·k */
export function gruCell(tf: Tfjs, units: number): Cell {
  return {
    name: 'gru',
    states: 1,
    gates: 3,
    forward(z, [h], recurrent) {
      const gates = tf.sigmoid(
        tf.add<Tensor>(gate(z, units, 0, 2), tf.matMul(h!, gate(recurrent, units, 0, 2))),
      );
      const [u, r] = [gate(gates, units, 0), gate(gates, units, 1)];
      const rh = tf.mul<Tensor>(r, h!);
      const k = tf.tanh(tf.add<Tensor>(gate(z, units, 2), tf.matMul(rh, gate(recurrent, units, 2))));
      const next = tf.add<Tensor>(k, tf.mul(u, tf.sub(h!, k)));
      return { states: [next], kept: [h!, rh, gates, u, r, k] };
    },
    backward([dh], kept, recurrent) {
      const [h, , gates, u, r, k] = kept;
      const carried = tf.mul<Tensor>(dh!, u!);
      const dCandidate = tf.mul<Tensor>(tf.sub(dh!, carried), tf.sub(1, tf.square(k!)));
      const dRh = tf.matMul(dCandidate, gate(recurrent, units, 2), false, true);
      const inner = tf.concat2d([tf.mul<Tensor>(dh!, tf.sub(h!, k!)), tf.mul<Tensor>(dRh, h!)], 1);
      const dGates = tf.mul<Tensor>(inner, tf.mul(gates!, tf.sub(1, gates!)));
      const dPrevious = tf.addN([
        carried,
        tf.mul<Tensor>(dRh, r!),
        tf.matMul(dGates, gate(recurrent, units, 0, 2), false, true),
      ]);
      return { dz: tf.concat2d([dGates, dCandidate], 1), dStates: [dPrevious as Tensor] };
    },
    recurrentGradient: (kept, dz) =>
      tf.concat2d(
        [tf.matMul(kept(0), gate(dz, units, 0, 2), true), tf.matMul(kept(1), gate(dz, units, 2), true)],
        1,
      ),
  };
}
