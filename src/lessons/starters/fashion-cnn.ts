/** Starter: a small convolutional network that tells ten kinds of clothing apart. The page opens on it. */
import { t } from '../../graph/text';
import { DEFAULT_TRAINING } from '../../graph/training-settings';
import { project } from '../project';
import type { Starter } from '../starter';

export const fashionCnn: Starter = {
  id: 'fashion-cnn',
  title: t('Clothes: a small CNN', '服装：小型卷积网络'),
  summary: t(
    'Two convolutions find edges and patterns, pooling shrinks the picture, a dense layer decides.',
    '两层卷积寻找边缘与纹理，池化缩小图像，全连接层做出判断。',
  ),
  topic: t('Image classification', '图像分类'),
  document: () =>
    project({
      name: 'Fashion-MNIST CNN',
      dataset: 'fashion-mnist',
      training: {
        epochs: 5,
        batchSize: 32,
        validationSplit: 0.1,
        optimizer: {
          type: 'adam',
          config: { ...DEFAULT_TRAINING.optimizer.config, learningRate: 0.002 },
        },
      },
      nodes: [
        { id: 'image', type: 'image-input', at: [0, 0] },
        {
          id: 'conv1',
          type: 'conv-2d',
          config: { filters: 16, kernelSize: [3, 3], padding: 'same', activation: 'relu' },
          at: [1, 0],
        },
        { id: 'pool1', type: 'max-pooling-2d', at: [2, 0] },
        {
          id: 'conv2',
          type: 'conv-2d',
          config: { filters: 32, kernelSize: [3, 3], padding: 'same', activation: 'relu' },
          at: [0, 1],
        },
        { id: 'pool2', type: 'max-pooling-2d', at: [1, 1] },
        { id: 'flatten', type: 'flatten', at: [2, 1] },
        { id: 'dense', type: 'dense', config: { units: 64, activation: 'relu' }, at: [0, 2] },
        { id: 'dropout', type: 'dropout', config: { rate: 0.2 }, at: [1, 2] },
        { id: 'clothes', type: 'classification-output', at: [2, 2] },
      ],
      wires: [
        'image > conv1',
        'conv1 > pool1',
        'pool1 > conv2',
        'conv2 > pool2',
        'pool2 > flatten',
        'flatten > dense',
        'dense > dropout',
        'dropout > clothes',
      ],
    }),
};
