/** Predictions of a model for any rows: class probabilities, classes, or numbers in the target's own units. */
import type { PlanHead } from '../compile/plan';
import type { Fitted, TensorData } from '../data/dataset';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';
import { Breather } from './event-loop';
import { ownUnits } from './head-meter';
import { batchTensors } from './objective';

export type HeadPrediction =
  | {
      readonly kind: 'class';
      readonly classes: readonly string[];
      readonly indices: Int32Array;
      /** Rows × classes. */
      readonly scores: Float32Array;
    }
  | {
      readonly kind: 'tags';
      readonly classes: readonly string[];
      readonly length: number;
      /** Rows × length; −1 = padding. */
      readonly indices: Int32Array;
    }
  | {
      readonly kind: 'numbers';
      readonly columns: readonly string[] /** Rows × columns. */;
      readonly values: Float64Array;
    };

export interface PredictOptions {
  readonly tf: Tfjs;
  readonly model: BuiltModel;
  readonly fitted: Fitted;
  readonly inputs: (rows: ArrayLike<number>) => readonly TensorData[];
  readonly rows: Int32Array;
  readonly batchSize: number;
}

/** One entry per head. */
export async function predict(options: PredictOptions): Promise<HeadPrediction[]> {
  const { tf, model, fitted, inputs, rows, batchSize } = options;
  const collectors = model.plan.heads.map((head, h) =>
    collector(head, ownUnits(fitted.targets[h]!), rows.length),
  );
  const breather = new Breather();
  for (let from = 0; from < rows.length; from += batchSize) {
    const batch = { inputs: inputs(rows.subarray(from, from + batchSize)), targets: [] };
    // Per head its prediction and, where steps can be padding, its mask. Clones, because two heads may share a tensor.
    const outputs = tf.tidy(() => {
      const { values, masks } = model.predict(batchTensors(tf, batch).inputs);
      return values.map((value, h) => {
        const mask = masks[h];
        return mask ? [tf.clone(value), tf.clone(mask)] : [tf.clone(value)];
      });
    });
    for (const [h, [value, mask]] of outputs.entries()) {
      const maskValues = mask ? await mask.data<'float32'>() : null;
      collectors[h]!.add(value!.shape, await value!.data<'float32'>(), maskValues, from);
    }
    tf.dispose(outputs);
    if (breather.isDue) await breather.breathe();
  }
  return collectors.map(({ result }) => result);
}

interface Collector {
  readonly result: HeadPrediction;
  add(shape: readonly number[], values: Float32Array, mask: Float32Array | null, fromRow: number): void;
}

function collector(
  head: PlanHead,
  units: (column: number, value: number) => number,
  rows: number,
): Collector {
  const { target } = head;
  switch (target.kind) {
    case 'class': {
      const width = target.classes.length;
      const scores = new Float32Array(rows * width);
      const indices = new Int32Array(rows);
      return {
        result: { kind: 'class', classes: target.classes, indices, scores },
        add(shape, values, _mask, fromRow) {
          const all = shape.at(-1) === 1 && width === 2 ? bothClasses(values) : values;
          scores.set(all, fromRow * width);
          for (let row = 0; row < shape[0]!; row += 1)
            indices[fromRow + row] = argMax(all, row * width, width);
        },
      };
    }
    case 'tags': {
      const { length, classes } = target;
      const indices = new Int32Array(rows * length);
      return {
        result: { kind: 'tags', classes, length, indices },
        add(shape, values, mask, fromRow) {
          for (let step = 0; step < shape[0]! * length; step += 1) {
            const isReal = !mask || mask[step] === 1;
            indices[fromRow * length + step] = isReal
              ? argMax(values, step * classes.length, classes.length)
              : -1;
          }
        },
      };
    }
    case 'numbers': {
      const width = target.columns.length;
      const all = new Float64Array(rows * width);
      return {
        result: { kind: 'numbers', columns: target.columns, values: all },
        add(_shape, values, _mask, fromRow) {
          for (let i = 0; i < values.length; i += 1) all[fromRow * width + i] = units(i % width, values[i]!);
        },
      };
    }
  }
}

/** A binary head predicts p of class 1. */
const bothClasses = (values: Float32Array): Float32Array =>
  Float32Array.from({ length: values.length * 2 }, (_, i) =>
    i % 2 === 0 ? 1 - values[i >> 1]! : values[i >> 1]!,
  );

function argMax(values: ArrayLike<number>, from: number, length: number): number {
  let best = 0;
  for (let k = 1; k < length; k += 1) if (values[from + k]! > values[from + best]!) best = k;
  return best;
}
