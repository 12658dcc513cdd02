/**
 * The custom layers of the ensemble node: `Weft>EnsembleWeighted` (fixed or learned weights) and `Weft>EnsembleVote`. The plain
 * mean is tfjs's own Average.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { customLayer } from '../custom-layer';
import type { Tfjs } from '../define-node';

interface LayerClass<C> {
  new (config: C): tfjs.layers.Layer;
  readonly className: string;
  readonly fromConfig: typeof tfjs.layers.Layer.fromConfig;
}

/** Inputs and shapes come alone when there is one member. */
const listOf = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);
const shapesOf = (shape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape[] =>
  (Array.isArray(shape[0]) ? shape : [shape]) as tfjs.Shape[];

export interface EnsembleWeightedConfig {
  readonly name?: string;
  /** One per member, not negative; they are divided by their sum. Empty or all zero: equal. Unused when learned. */
  readonly weights: readonly number[];
  readonly learned: boolean;
}

/** y = Σ wᵢ xᵢ with Σ wᵢ = 1; learned weights are a softmax of the variable `member_logits`, which starts at equal weights. */
export const ensembleWeightedLayer: (tf: Tfjs) => LayerClass<EnsembleWeightedConfig> = customLayer(
  (tf): LayerClass<EnsembleWeightedConfig> =>
    class EnsembleWeighted extends tf.layers.Layer {
      static className = 'Weft>EnsembleWeighted';
      private readonly settings: EnsembleWeightedConfig;
      private logits: tfjs.LayerVariable | null = null;

      constructor(config: EnsembleWeightedConfig) {
        // `weights` would mean initial values of variables to tfjs.
        const { weights, learned, ...args } = config;
        super(args);
        this.settings = { weights, learned };
      }

      override build(inputShape: tfjs.Shape | tfjs.Shape[]): void {
        if (this.settings.learned) {
          this.logits = this.addWeight(
            'member_logits',
            [shapesOf(inputShape).length],
            'float32',
            tf.initializers.zeros(),
          );
        }
        this.built = true;
      }

      override computeOutputShape(inputShape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
        return shapesOf(inputShape)[0]!;
      }

      override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
        return tf.tidy(() => {
          const members = listOf(inputs);
          let parts: tfjs.Tensor[];
          if (this.logits) {
            const learned = tf.softmax(this.logits.read() as tfjs.Tensor1D);
            parts = members.map((member, i) => tf.mul(member, tf.slice(learned, [i], [1])));
          } else {
            const fixed = shares(this.settings.weights, members.length);
            parts = members.map((member, i) => tf.mul(member, fixed[i]!));
          }
          return tf.addN(parts);
        });
      }

      override getConfig(): tfjs.serialization.ConfigDict {
        const { weights, learned } = this.settings;
        return { ...super.getConfig(), memberWeights: [...weights], learned };
      }

      static override fromConfig<T extends tfjs.serialization.Serializable>(
        layerClass: tfjs.serialization.SerializableConstructor<T>,
        config: tfjs.serialization.ConfigDict,
      ): T {
        const { memberWeights, ...rest } = config;
        return new layerClass({ ...rest, weights: memberWeights });
      }
    },
);

/** Weights divided by their sum; equal ones when there is no sum to divide by. */
function shares(weights: readonly number[], members: number): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Array.from({ length: members }, (_, i) => (sum > 0 ? (weights[i] ?? 0) / sum : 1 / members));
}

/** Keeps the logarithm finite: while training, Keras's epsilon; for votes, a share that no real vote is as small as. */
const PROBABILITY_FLOOR = 1e-7;
const SHARE_FLOOR = 1e-4;

/**
 * Members are class scores (logits). While training their probabilities are averaged, so that gradients flow to all; otherwise
 * each member gives one vote to its best class (the first of equals). The result is the logarithm of that probability or share,
 * again a logit: the softmax of a head gives back exactly the average or the share of votes. A last axis of one is the logit of a
 * binary head: sigmoid and log-odds take the places of softmax and logarithm.
 */
export const ensembleVoteLayer: (tf: Tfjs) => LayerClass<{ readonly name?: string }> = customLayer(
  (tf): LayerClass<{ readonly name?: string }> =>
    class EnsembleVote extends tf.layers.Layer {
      static className = 'Weft>EnsembleVote';

      override computeOutputShape(inputShape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
        return shapesOf(inputShape)[0]!;
      }

      override call(inputs: tfjs.Tensor | tfjs.Tensor[], kwargs: { training?: boolean } = {}): tfjs.Tensor {
        return tf.tidy(() => {
          const members = listOf(inputs);
          const classes = members[0]!.shape.at(-1)!;
          const training = kwargs.training ?? false;
          const floor = training ? PROBABILITY_FLOOR : SHARE_FLOOR;
          const opinion = (scores: tfjs.Tensor): tfjs.Tensor => {
            if (training) return classes === 1 ? tf.sigmoid(scores) : tf.softmax(scores);
            return classes === 1
              ? tf.cast(tf.greater(scores, 0), 'float32')
              : tf.cast(tf.oneHot(tf.argMax(scores, -1), classes), 'float32');
          };
          const mean = tf.mul(tf.addN(members.map(opinion)), 1 / members.length);
          const log = (x: tfjs.Tensor): tfjs.Tensor => tf.log(tf.add(x, floor));
          return classes === 1 ? tf.sub(log(mean), log(tf.sub(1, mean))) : log(mean);
        });
      }
    },
);
