/**
 * `Weft>MultiHeadAttention`: Keras's MultiHeadAttention, by one kernel of ours where the backend has it, else out of matMul, reshape
 * and transpose, so that it has a gradient on every backend (tfjs's einsum has none). Weight names, shapes and order are Keras's.
 *
 *   Q = xW_q + b_q,  K = vW_k + b_k,  V = vW_v + b_v      per head; key = value, as when Keras is given no key
 *   A = softmax(QKᵀ/√d + mask),  y = Σ_heads (A V) W_o + b_o
 */
import type * as tfjs from '@tensorflow/tfjs';
import { dropoutMaskTensor, type StepSeededLayer } from '../core/dropout-layer';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';
import { type OwnKernelName, ownKernel } from '../own-kernel';
import { deriveSeed } from '../recurrent/seeds';

const FUSED: OwnKernelName = 'Weft>MultiHeadAttention';
const FUSED_GRADIENT: OwnKernelName = 'Weft>MultiHeadAttentionGrad';

/**
 * Added to the score of padding, and twice that to the score of the future, so that a step that sees nothing but padding looks at
 * padding and not ahead. exp(−3e4) is exactly 0 in float32, and twice −3e4 still fits half precision, which WebGL uses on some
 * phones; −1e9 would become −∞ there and NaN in a row that is all padding.
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
  /** As `call`, with the scores; always by tfjs's operations. The caller disposes both. */
  attend(inputs: readonly tfjs.Tensor[], training: boolean): Attention;
}
interface MultiHeadAttentionClass {
  new (config: MultiHeadAttentionConfig): MultiHeadAttentionLayer;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

/** What one call works on. */
interface Operands {
  readonly query: tfjs.Tensor;
  /** Null: the query itself. */
  readonly source: tfjs.Tensor | null;
  readonly mask: tfjs.Tensor | null;
  /** Dropout: 0 or 1 / the share that is kept. */
  readonly kept: tfjs.Tensor | null;
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
          const operands = this.operands(Array.isArray(inputs) ? inputs : [inputs], kwargs.training ?? false);
          return this.fused(operands) ?? this.composed(operands).output;
        });
      }

      attend(inputs: readonly tfjs.Tensor[], training: boolean): Attention {
        return tf.tidy(() => {
          const { output, scores } = this.composed(this.operands(inputs, training));
          return { output, scores };
        });
      }

      private operands(inputs: readonly tfjs.Tensor[], training: boolean): Operands {
        const { numHeads, dropout, seed } = this.settings;
        const [query, ...rest] = inputs as [tfjs.Tensor, ...tfjs.Tensor[]];
        const source = rest.find((x) => x.rank === 3) ?? null;
        const given = rest.find((x) => x.rank === 2) ?? null;
        const mask = given && given.dtype !== 'float32' ? tf.cast(given, 'float32') : given;
        if (!training || dropout === 0) return { query, source, mask, kept: null };
        const [batch, time] = query.shape as [number, number];
        const shape = [batch, numHeads, time, (source ?? query).shape[1]!];
        const kept = dropoutMaskTensor(tf, deriveSeed(seed, 4), this.step++, shape, dropout);
        return { query, source, mask, kept };
      }

      /** Null where the backend has no such kernel. */
      private fused({ query, source, mask, kept }: Operands): tfjs.Tensor | null {
        if (!tf.getKernel(FUSED, tf.getBackend())) return null;
        const projections = [this.query, this.key, this.value, this.attentionOutput];
        const names = ['query', 'key', 'value', 'output'];
        const { useBias: bias, causal } = this.settings;
        const data: tfjs.NamedTensorMap = { query, ...(source && { source }) };
        const kernels: tfjs.NamedTensorMap = {};
        const biases: tfjs.NamedTensorMap = {};
        for (const [i, projection] of projections.entries()) {
          kernels[`${names[i]}Kernel`] = projection.kernel.read();
          if (projection.bias) biases[`${names[i]}Bias`] = projection.bias.read();
        }
        const rest: tfjs.NamedTensorMap = { ...(mask && { mask }), ...(kept && { kept }) };
        // Not a gradient in tfjs's registry: there, tfjs would make zeros for the gradients of the scores and all else that is kept.
        const attend = tf.customGrad((...given) => {
          const save = given.at(-1) as tfjs.GradSaveFunc;
          const inputs = { ...data, ...kernels, ...biases, ...rest };
          const made = ownKernel(tf, FUSED, inputs, { causal }) as tfjs.Tensor[];
          const [value, scores, mixed, projected, projectedSource] = made as [tfjs.Tensor, ...tfjs.Tensor[]];
          const kept: tfjs.NamedTensorMap = { ...data, ...rest };
          Object.assign(kept, { scores, mixed, projected }, projectedSource && { projectedSource });
          // The weights stay as they are until the gradients are there.
          save(Object.values(kept));
          const gradFunc = (dy: tfjs.Tensor, saved: tfjs.Tensor[]): tfjs.Tensor[] => {
            const all: tfjs.NamedTensorMap = { ...kernels, dy };
            for (const [i, name] of Object.keys(kept).entries()) all[name] = saved[i]!;
            return ownKernel(tf, FUSED_GRADIENT, all, { causal, bias }) as tfjs.Tensor[];
          };
          return { value, gradFunc };
        });
        return attend(...Object.values({ ...data, ...kernels, ...biases }));
      }

      /** By tfjs's operations, on any backend. */
      private composed({ query, source, mask, kept }: Operands): Attention {
        const attended = source ?? query;
        const q = tf.mul(this.split(query, this.query), 1 / Math.sqrt(this.settings.keyDim));
        const k = this.split(attended, this.key);
        const v = this.split(attended, this.value);
        let logits = tf.matMul(q, k, false, true);
        const hidden = this.hidden(query.shape[1]!, attended.shape[1]!, mask);
        if (hidden) logits = tf.add(logits, hidden);
        const scores = tf.softmax(logits);
        const weights = kept ? tf.mul(scores, kept) : scores;
        return { output: this.join(tf.matMul(weights, v)), scores };
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
        for (let i = 0; i < time; i++) future.fill(2 * HIDDEN, i * sourceTime + i + 1, (i + 1) * sourceTime);
        const causal = tf.tensor(future, [1, 1, time, sourceTime]);
        return padding ? tf.minimum(padding, causal) : causal;
      }

      override getConfig(): tfjs.serialization.ConfigDict {
        const { numHeads, keyDim, dropout, causal, useBias, seed } = this.settings;
        return { ...super.getConfig(), numHeads, keyDim, dropout, causal, useBias, seed };
      }
    };
  },
);
