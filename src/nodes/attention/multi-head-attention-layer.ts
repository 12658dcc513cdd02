/**
 * `Weft>MultiHeadAttention`: Keras's MultiHeadAttention out of matMul, reshape and transpose, so that it has a gradient on every
 * backend (tfjs's einsum has none). Weight names, shapes and order are those of Keras.
 *
 *   Q = xW_q + b_q,  K = vW_k + b_k,  V = vW_v + b_v      per head; key = value, as when Keras is given no key
 *   A = softmax(QKᵀ/√d + mask),  y = Σ_heads (A V) W_o + b_o
 */
import type * as tfjs from '@tensorflow/tfjs';
import { dropoutMask, type StepSeededLayer } from '../core/dropout-layer';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { deriveSeed } from '../recurrent/seeds';

/**
 * Added to the score of what must not be seen. exp(−3e4) is exactly 0 in float32, and two of them (padding and the future)
 * still fit half precision, which WebGL uses on some phones; −1e9 would become −∞ there and NaN in a row that is all padding.
 */
const HIDDEN = -3e4;

export interface MultiHeadAttentionConfig {
  readonly name?: string;
  readonly numHeads: number;
  readonly keyDim: number;
  readonly dropout: number;
  readonly causal: boolean;
  readonly useBias: boolean;
  readonly seed: number;
}

/** Output [batch, T, width] and what each step looked at: scores [batch, heads, T, S], rows summing to one. */
export interface Attention {
  readonly output: tfjs.Tensor;
  readonly scores: tfjs.Tensor;
}
export interface MultiHeadAttentionLayer extends StepSeededLayer {
  /** As `call`, with the scores. The caller disposes both. */
  attend(inputs: readonly tfjs.Tensor[], training: boolean): Attention;
}
interface MultiHeadAttentionClass {
  new (config: MultiHeadAttentionConfig): MultiHeadAttentionLayer;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

interface Projection {
  readonly kernel: tfjs.LayerVariable;
  readonly bias: tfjs.LayerVariable | null;
}

export const multiHeadAttentionLayer: (tf: Tfjs) => MultiHeadAttentionClass = customLayer(
  (tf): MultiHeadAttentionClass => {
    return class MultiHeadAttention extends tf.layers.Layer implements MultiHeadAttentionLayer {
      static className = 'Weft>MultiHeadAttention';
      private readonly settings: MultiHeadAttentionConfig;
      private query!: Projection;
      private key!: Projection;
      private value!: Projection;
      private attentionOutput!: Projection;
      /** Training calls so far: dropout draws a new mask at each, the same ones in each run of one seed. */
      step = 0;

      constructor(config: MultiHeadAttentionConfig) {
        super(config);
        this.settings = config;
      }

      override build(inputShape: tfjs.Shape | tfjs.Shape[]): void {
        const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as tfjs.Shape[];
        const width = shapes[0]![2]!;
        const source = shapes.slice(1).find((shape) => shape.length === 3)?.[2] ?? width;
        const { numHeads: heads, keyDim: size } = this.settings;
        this.query = this.project('query', 0, [width, heads, size], [heads, size], width, heads * size);
        this.key = this.project('key', 1, [source, heads, size], [heads, size], source, heads * size);
        this.value = this.project('value', 2, [source, heads, size], [heads, size], source, heads * size);
        this.attentionOutput = this.project(
          'attention_output',
          3,
          [heads, size, width],
          [width],
          heads * size,
          width,
        );
        this.built = true;
      }

      /**
       * Glorot uniform with the fans of the matrix that the kernel is used as, as in PyTorch and the paper. (Keras takes the fans of
       * the rank-3 array as if it were a convolution, which makes the first weights several times smaller.)
       */
      private project(
        name: string,
        salt: number,
        shape: readonly number[],
        biasShape: readonly number[],
        fanIn: number,
        fanOut: number,
      ): Projection {
        const limit = Math.sqrt(6 / (fanIn + fanOut));
        const seed = deriveSeed(this.settings.seed, salt);
        const uniform = tf.initializers.randomUniform({ minval: -limit, maxval: limit, seed });
        const kernel = this.addWeight(`${name}/kernel`, [...shape], 'float32', uniform);
        if (!this.settings.useBias) return { kernel, bias: null };
        return {
          kernel,
          bias: this.addWeight(`${name}/bias`, [...biasShape], 'float32', tf.initializers.zeros()),
        };
      }

      override computeOutputShape(inputShape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
        return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfjs.Shape;
      }

      /** [query], [query, mask], [query, value] or [query, value, mask]; the mask is the one input of rank 2. */
      override call(inputs: tfjs.Tensor | tfjs.Tensor[], kwargs: { training?: boolean } = {}): tfjs.Tensor {
        return tf.tidy(() => {
          const list = Array.isArray(inputs) ? inputs : [inputs];
          return this.attend(list, kwargs.training ?? false).output;
        });
      }

      attend(inputs: readonly tfjs.Tensor[], training: boolean): Attention {
        const { keyDim, dropout } = this.settings;
        const [query, ...rest] = inputs as [tfjs.Tensor, ...tfjs.Tensor[]];
        const source = rest.find((x) => x.rank === 3) ?? query;
        const mask = rest.find((x) => x.rank === 2) ?? null;
        return tf.tidy(() => {
          const q = tf.mul(this.split(query, this.query), 1 / Math.sqrt(keyDim));
          const k = this.split(source, this.key);
          const v = this.split(source, this.value);
          let logits = tf.matMul(q, k, false, true);
          const hidden = this.hidden(query.shape[1]!, source.shape[1]!, mask);
          if (hidden) logits = tf.add(logits, hidden);
          const scores = tf.softmax(logits);
          let weights: tfjs.Tensor = scores;
          if (training && dropout > 0) {
            const kept = dropoutMask(deriveSeed(this.settings.seed, 4), this.step, scores.size, dropout);
            weights = tf.mul(scores, tf.tensor(kept, scores.shape));
            this.step++;
          }
          return { output: this.join(tf.matMul(weights, v)), scores };
        });
      }

      /** [batch, time, width] → [batch, heads, time, keyDim], by one matrix product over all heads. */
      private split(x: tfjs.Tensor, { kernel, bias }: Projection): tfjs.Tensor {
        const [batch, time, width] = x.shape as [number, number, number];
        const { numHeads, keyDim } = this.settings;
        const flat = tf.matMul(
          x.reshape([batch * time, width]),
          kernel.read().reshape([width, numHeads * keyDim]),
        );
        const shifted = bias ? tf.add(flat, bias.read().reshape([numHeads * keyDim])) : flat;
        return tf.transpose(shifted.reshape([batch, time, numHeads, keyDim]), [0, 2, 1, 3]);
      }

      /** [batch, heads, time, keyDim] → [batch, time, width]. */
      private join(x: tfjs.Tensor): tfjs.Tensor {
        const [batch, heads, time, size] = x.shape as [number, number, number, number];
        const { kernel, bias } = this.attentionOutput;
        const width = kernel.shape.at(-1)!;
        const together = tf.transpose(x, [0, 2, 1, 3]).reshape([batch * time, heads * size]);
        const flat = tf.matMul(together, kernel.read().reshape([heads * size, width]));
        return (bias ? tf.add(flat, bias.read()) : flat).reshape([batch, time, width]);
      }

      /** What to add to the scores so that padding and, when causal, the future (step j > i) get no weight. */
      private hidden(time: number, sourceTime: number, mask: tfjs.Tensor | null): tfjs.Tensor | null {
        const padding = mask ? tf.mul(tf.sub(1, mask), HIDDEN).reshape([-1, 1, 1, sourceTime]) : null;
        if (!this.settings.causal) return padding;
        const future = new Float32Array(time * sourceTime);
        for (let i = 0; i < time; i++) future.fill(HIDDEN, i * sourceTime + i + 1, (i + 1) * sourceTime);
        const causal = tf.tensor(future, [1, 1, time, sourceTime]);
        return padding ? tf.add(padding, causal) : causal;
      }

      override getConfig(): tfjs.serialization.ConfigDict {
        const { numHeads, keyDim, dropout, causal, useBias, seed } = this.settings;
        return { ...super.getConfig(), numHeads, keyDim, dropout, causal, useBias, seed };
      }
    };
  },
);
