/**
 * `Weft>PositionalEmbedding`: adds to each step of a sequence a vector that tells its position, learned (weight
 * `position_embeddings` [maxLength, width], as in KerasHub) or sinusoidal (no weight).
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';

export type PositionKind = 'learned' | 'sinusoidal';

/**
 * length × width, row-major, after Vaswani et al. (2017): even columns 2i hold sin(p / 10000^(2i/d)), the odd ones beside them
 * the cosine of the same angle (interleaved; some libraries put all sines first).
 */
export function sinusoids(length: number, width: number): Float32Array {
  const table = new Float32Array(length * width);
  for (let position = 0; position < length; position++) {
    for (let column = 0; column < width; column++) {
      const angle = position / 10000 ** ((column - (column % 2)) / width);
      table[position * width + column] = column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return table;
}

export interface PositionalEmbeddingConfig {
  readonly name?: string;
  readonly kind: PositionKind;
  /** Rows of the learned table; unused by sinusoids. */
  readonly maxLength: number;
  readonly seed: number;
}
interface PositionalEmbeddingClass {
  new (config: PositionalEmbeddingConfig): tfjs.layers.Layer;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

export const positionalEmbeddingLayer: (tf: Tfjs) => PositionalEmbeddingClass = customLayer(
  (tf): PositionalEmbeddingClass =>
    class PositionalEmbedding extends tf.layers.Layer {
      static className = 'Weft>PositionalEmbedding';
      private readonly settings: PositionalEmbeddingConfig;
      private table: tfjs.LayerVariable | null = null;

      constructor(config: PositionalEmbeddingConfig) {
        super(config);
        this.settings = config;
      }

      override build(inputShape: tfjs.Shape | tfjs.Shape[]): void {
        const { kind, maxLength, seed } = this.settings;
        if (kind === 'learned') {
          const width = (inputShape as tfjs.Shape)[2]!;
          const initializer = tf.initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed });
          this.table = this.addWeight('position_embeddings', [maxLength, width], 'float32', initializer);
        }
        this.built = true;
      }

      override computeOutputShape(inputShape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
        return inputShape as tfjs.Shape;
      }

      override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
        return tf.tidy(() => {
          const x = Array.isArray(inputs) ? inputs[0]! : inputs;
          const [, length, width] = x.shape as [number, number, number];
          const positions = this.table
            ? tf.slice(this.table.read(), [0, 0], [length, width])
            : tf.tensor(sinusoids(length, width), [length, width]);
          return tf.add(x, positions);
        });
      }

      override getConfig(): tfjs.serialization.ConfigDict {
        const { kind, maxLength, seed } = this.settings;
        return { ...super.getConfig(), kind, maxLength, seed };
      }
    },
);
