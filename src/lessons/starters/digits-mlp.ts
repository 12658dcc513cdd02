/** Starter: the classic first network, dense layers over 8×8 digits. */
import { t } from '../../graph/text';
import { project } from '../project';
import type { Starter } from '../starter';

export const digitsMlp: Starter = {
  id: 'digits-mlp',
  title: t('Digits: a multilayer perceptron', '数字：多层感知机'),
  summary: t(
    'Sixty-four pixels, two hidden layers, ten digits. Trains in seconds.',
    '六十四个像素、两个隐藏层、十个数字，几秒即可训练完。',
  ),
  topic: t('Image classification', '图像分类'),
  document: () =>
    project({
      name: 'Digits MLP',
      dataset: 'digits',
      training: { epochs: 30, batchSize: 32 },
      nodes: [
        { id: 'image', type: 'image-input', at: [0, 0] },
        { id: 'flatten', type: 'flatten', at: [1, 0] },
        { id: 'hidden1', type: 'dense', config: { units: 128, activation: 'relu' }, at: [2, 0] },
        { id: 'hidden2', type: 'dense', config: { units: 64, activation: 'relu' }, at: [3, 0] },
        { id: 'digit', type: 'classification-output', at: [4, 0] },
      ],
      wires: ['image > flatten', 'flatten > hidden1', 'hidden1 > hidden2', 'hidden2 > digit'],
    }),
};
