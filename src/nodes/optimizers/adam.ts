/** Adam (Kingma and Ba, 2015), with ε outside the root as in the paper, PyTorch and Keras. */
import { t } from '../../graph/text';
import { defineOptimizer } from '../define-training';
import { beta1, beta2, epsilon, learningRate } from './shared';

export default defineOptimizer({
  type: 'adam',
  title: t('Adam', 'Adam'),
  summary: t(
    'A step size of its own for every weight; a good first choice.',
    '每个权重有自己的步长；合适的首选。',
  ),
  formula: String.raw`m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad w \leftarrow w - \eta \frac{m / (1-\beta_1^t)}{\sqrt{v / (1-\beta_2^t)} + \varepsilon}`,
  fields: { learningRate: learningRate(0.001), beta1: beta1(), beta2: beta2(), epsilon: epsilon() },
  build: (tf, config) =>
    new tf.AdamOptimizer(config.learningRate, config.beta1, config.beta2, config.epsilon),
});
