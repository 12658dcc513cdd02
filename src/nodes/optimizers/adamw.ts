/**
 * AdamW (Loshchilov and Hutter, 2019): weight decay apart from the gradient, so that Adam's scaling does not touch it. As
 * in PyTorch the decay is multiplied by the learning rate and meets every weight that trains, biases included.
 */
import type * as tfjs from '@tensorflow/tfjs';
import { t } from '../../graph/text';
import { defineOptimizer } from '../define-training';
import { float } from '../fields';
import { beta1, beta2, epsilon, learningRate } from './shared';

export default defineOptimizer({
  type: 'adamw',
  title: t('AdamW', 'AdamW'),
  summary: t('Adam that also pulls all weights towards zero.', '在 Adam 之外把所有权重向零收缩。'),
  formula: String.raw`w \leftarrow (1 - \eta \lambda)\, w - \eta \frac{\hat m}{\sqrt{\hat v} + \varepsilon}`,
  fields: {
    learningRate: learningRate(0.001),
    weightDecay: float(
      t('Weight decay', '权重衰减'),
      t('How strongly weights are pulled towards zero.', '权重向零收缩的强度。'),
      0.01,
      { min: 0, max: 10, step: 0.001 },
    ),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(),
  },
  build(tf, config) {
    class AdamW extends tf.AdamOptimizer {
      /** Read by the engine, whose native update decays and steps in one pass. */
      readonly weightDecay = config.weightDecay;
      static override get className(): string {
        return 'AdamW';
      }
      override applyGradients(gradients: Parameters<tfjs.AdamOptimizer['applyGradients']>[0]): void {
        const names = Array.isArray(gradients) ? gradients.map((g) => g.name) : Object.keys(gradients);
        tf.tidy(() => {
          for (const name of names) {
            const weight = tf.engine().registeredVariables[name]!;
            weight.assign(tf.mul(weight, 1 - this.learningRate * this.weightDecay));
          }
        });
        super.applyGradients(gradients);
      }
    }
    return new AdamW(config.learningRate, config.beta1, config.beta2, config.epsilon);
  },
});
