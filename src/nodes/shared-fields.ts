/** Fields that many node types have in common, so that one wording and one set of options serves all. */

import { t } from '../graph/text';
import { choice } from './fields';

/** Activations by their Keras names; all exist in tfjs-layers. */
export const activation = <const D extends ActivationName>(value: D) =>
  choice(
    t('Activation', '激活函数'),
    t('Applied to the result.', '作用于结果。'),
    value as ActivationName,
    ACTIVATIONS,
  );

export const ACTIVATIONS = [
  { value: 'linear', title: t('linear (none)', 'linear（无）') },
  { value: 'relu', title: t('ReLU', 'ReLU') },
  { value: 'sigmoid', title: t('sigmoid', 'sigmoid') },
  { value: 'tanh', title: t('tanh', 'tanh') },
  { value: 'softmax', title: t('softmax', 'softmax') },
  { value: 'gelu', title: t('GELU', 'GELU') },
  { value: 'elu', title: t('ELU', 'ELU') },
  { value: 'selu', title: t('SELU', 'SELU') },
  { value: 'swish', title: t('SiLU (swish)', 'SiLU（swish）') },
  { value: 'softplus', title: t('softplus', 'softplus') },
  { value: 'softsign', title: t('softsign', 'softsign') },
  { value: 'relu6', title: t('ReLU6', 'ReLU6') },
] as const;
export type ActivationName = (typeof ACTIVATIONS)[number]['value'];

/** Initial weights of dense and convolution kernels; `glorotUniform` is Keras's default. */
export const kernelInitializer = () =>
  choice(
    t('Kernel initializer', '权重初始化'),
    t('How the initial weights are drawn.', '初始权重的取法。'),
    'glorotUniform',
    [
      { value: 'glorotUniform', title: t('Glorot uniform', 'Glorot 均匀') },
      { value: 'glorotNormal', title: t('Glorot normal', 'Glorot 正态') },
      { value: 'heUniform', title: t('He uniform', 'He 均匀') },
      { value: 'heNormal', title: t('He normal', 'He 正态') },
      { value: 'zeros', title: t('zeros', '全零') },
    ],
    { advanced: true },
  );
export type KernelInitializer = 'glorotUniform' | 'glorotNormal' | 'heUniform' | 'heNormal' | 'zeros';
