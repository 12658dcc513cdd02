/** Fields that optimizers have in common. */
import { t } from '../../graph/text';
import { float } from '../fields';

export const learningRate = (value: number) =>
  float(
    t('Learning rate', '学习率'),
    t('How far each step moves the weights.', '每一步移动权重的幅度。'),
    value,
    {
      min: 0,
      max: 100,
      step: 0.0001,
    },
  );

export const momentum = (value: number) =>
  float(
    t('Momentum', '动量'),
    t('Share of the last step that is carried into the next.', '上一步带入下一步的比例。'),
    value,
    { min: 0, max: 0.9999, step: 0.05 },
  );

export const epsilon = () =>
  float(t('Epsilon', '小常数 ε'), t('Keeps the division finite.', '防止除以零。'), 1e-7, {
    min: 0,
    max: 1,
    step: 1e-7,
    advanced: true,
  });

export const beta1 = () =>
  float(t('β₁', 'β₁'), t('Decay of the running mean of the gradient.', '梯度滑动平均的衰减率。'), 0.9, {
    min: 0,
    max: 0.9999,
    step: 0.01,
    advanced: true,
  });

export const beta2 = () =>
  float(
    t('β₂', 'β₂'),
    t('Decay of the running mean of the squared gradient.', '梯度平方滑动平均的衰减率。'),
    0.999,
    {
      min: 0,
      max: 0.99999,
      step: 0.001,
      advanced: true,
    },
  );
