/** RMSProp (Hinton, 2012). ε stands under the root, as in TensorFlow.js; PyTorch and Keras add it after. */
import { t } from '../../graph/text';
import { defineOptimizer } from '../define-training';
import { float } from '../fields';
import { epsilon, learningRate, momentum } from './shared';

export default defineOptimizer({
  type: 'rmsprop',
  title: t('RMSprop', 'RMSprop'),
  summary: t('Divides each step by the recent size of the gradient.', '用梯度近期的大小来缩放每一步。'),
  formula: String.raw`v \leftarrow \rho v + (1-\rho) g^2,\quad u \leftarrow \mu u + \eta \frac{g}{\sqrt{v + \varepsilon}},\quad w \leftarrow w - u`,
  fields: {
    learningRate: learningRate(0.001),
    rho: float(
      t('ρ', 'ρ'),
      t('Decay of the running mean of the squared gradient.', '梯度平方滑动平均的衰减率。'),
      0.9,
      {
        min: 0,
        max: 0.9999,
        step: 0.01,
      },
    ),
    momentum: momentum(0),
    epsilon: epsilon(),
  },
  build: (tf, config) =>
    new tf.RMSPropOptimizer(config.learningRate, config.rho, config.momentum, config.epsilon),
});
