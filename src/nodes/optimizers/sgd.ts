/** Stochastic gradient descent, with momentum as in PyTorch and Keras (the gradient is not scaled by 1 − μ). */
import { t } from '../../graph/text';
import { defineOptimizer } from '../define-training';
import { boolean } from '../fields';
import { learningRate, momentum } from './shared';

export default defineOptimizer({
  type: 'sgd',
  title: t('SGD', 'SGD 随机梯度下降'),
  summary: t(
    'Steps straight down the gradient; momentum smooths the path.',
    '沿梯度直接下降；动量使路径更平滑。',
  ),
  formula: String.raw`v \leftarrow \mu v + g,\qquad w \leftarrow w - \eta\, v \quad (\text{Nesterov: } w - \eta (g + \mu v))`,
  fields: {
    learningRate: learningRate(0.01),
    momentum: momentum(0.9),
    nesterov: boolean(
      t('Nesterov', 'Nesterov 动量'),
      t('Looks one step ahead before it turns.', '先向前看一步再转向。'),
      false,
      { visible: (config) => Number(config.momentum) > 0 },
    ),
  },
  build(tf, config) {
    if (config.momentum === 0) return new tf.SGDOptimizer(config.learningRate);
    // tfjs's own class forgets its learning-rate scalar when disposed.
    class Sgd extends tf.MomentumOptimizer {
      override dispose(): void {
        super.dispose();
        this.c.dispose();
      }
    }
    return new Sgd(config.learningRate, config.momentum, config.nesterov);
  },
});
