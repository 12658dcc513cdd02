/**
 * `Weft>Dropout`: Keras's Dropout with masks that can be repeated. Stock tfjs with a seed draws the *same* mask at every step, and
 * without one a different mask at every run. Here the mask follows from the seed and a step counter that a checkpoint can keep.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { ownKernel } from '../own-kernel';

/** A layer that draws new random numbers at every training step. Saving and restoring `step` resumes the same sequence. */
export interface StepSeededLayer extends tfjs.layers.Layer {
  step: number;
}

export const isStepSeeded = (layer: tfjs.layers.Layer): layer is StepSeededLayer =>
  'step' in layer && typeof layer.step === 'number';

/** Mixes two 32-bit numbers into one (the finalizer of MurmurHash3). */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Inverted dropout: 0 with probability `rate`, else 1 / (1 − rate), so that the expected sum stays the same. Drawn by mulberry32,
 * which is one multiplication-rich step per value and the same on every backend.
 */
export function dropoutMask(seed: number, step: number, size: number, rate: number): Float32Array {
  const mask = new Float32Array(size);
  const threshold = rate * 4294967296;
  const scale = 1 / (1 - rate);
  let state = mix(seed | 0, step | 0) | 0;
  for (let i = 0; i < size; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let r = Math.imul(state ^ (state >>> 15), 1 | state);
    r = (r + Math.imul(r ^ (r >>> 7), 61 | r)) ^ r;
    if ((r ^ (r >>> 14)) >>> 0 >= threshold) mask[i] = scale;
  }
  return mask;
}

/** What the engine's kernels need to draw the same mask; they know rates below 1. */
const drawnBy = (seed: number, step: number, rate: number) =>
  rate < 1 ? { start: mix(seed | 0, step | 0) | 0, rate } : null;

/** `dropoutMask` as a tensor, drawn where it is used where the backend can. */
export function dropoutMaskTensor(
  tf: Tfjs,
  seed: number,
  step: number,
  shape: readonly number[],
  rate: number,
): tfjs.Tensor {
  const drawn = drawnBy(seed, step, rate);
  const mask = drawn && ownKernel(tf, 'Weft>DropoutMask', {}, { ...drawn, shape: [...shape] });
  if (mask) return mask as tfjs.Tensor;
  const size = shape.reduce((product, dim) => product * dim, 1);
  return tf.tensor(dropoutMask(seed, step, size, rate), [...shape]);
}

/** x times its mask, in one pass where the backend can. */
function dropOut(tf: Tfjs, x: tfjs.Tensor, seed: number, step: number, rate: number): tfjs.Tensor {
  const drawn = x.dtype === 'float32' ? drawnBy(seed, step, rate) : null;
  const kept = drawn && ownKernel(tf, 'Weft>Dropout', { x }, drawn);
  return (kept as tfjs.Tensor | null) ?? tf.mul(x, dropoutMaskTensor(tf, seed, step, x.shape, rate));
}

export interface DropoutConfig {
  name?: string;
  rate: number;
  seed: number;
}

export const dropoutLayer: (tf: Tfjs) => new (config: DropoutConfig) => StepSeededLayer = customLayer(
  (tf) =>
    class Dropout extends tf.layers.Layer implements StepSeededLayer {
      static className = 'Weft>Dropout';
      readonly rate: number;
      readonly seed: number;
      /** Training calls so far. */
      step = 0;

      constructor(config: DropoutConfig) {
        super(config);
        this.rate = config.rate;
        this.seed = config.seed;
        this.supportsMasking = true;
      }

      override computeOutputShape(inputShape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape | tfjs.Shape[] {
        return inputShape;
      }

      override call(inputs: tfjs.Tensor | tfjs.Tensor[], kwargs: { training?: boolean }): tfjs.Tensor {
        const x = Array.isArray(inputs) ? inputs[0]! : inputs;
        if (!kwargs['training'] || this.rate === 0) return tf.tidy(() => x.clone());
        return tf.tidy(() => dropOut(tf, x, this.seed, this.step++, this.rate));
      }

      override getConfig(): tfjs.serialization.ConfigDict {
        return { ...super.getConfig(), rate: this.rate, noiseShape: null, seed: this.seed };
      }
    },
);
