/** Starter: is a sentence praise or complaint? A recurrent and an attention branch learn side by side on one chart. */
import { t } from '../../nodes/define-node';
import { project } from '../project';
import type { Starter } from '../starter';

export const sentiment: Starter = {
  id: 'sentiment',
  title: t('Sentiment: LSTM against attention', '情感：LSTM 对注意力'),
  summary: t(
    'The same words go through a bidirectional LSTM and through self-attention; two outputs compare them.',
    '同样的词分别经过双向 LSTM 和自注意力，两个输出直接对比。',
  ),
  topic: t('Text classification', '文本分类'),
  document: () =>
    project({
      name: 'Sentiment',
      dataset: 'sentiment',
      training: { epochs: 6, batchSize: 32 },
      nodes: [
        { id: 'words', type: 'tokens-input', config: { length: 24, vocabulary: 3000 }, at: [0, 0.7] },
        { id: 'embedding1', type: 'embedding', config: { dimension: 24 }, at: [1, 0] },
        { id: 'lstm', type: 'lstm', config: { units: 24, bidirectional: true }, at: [2, 0] },
        { id: 'drop1', type: 'dropout', config: { rate: 0.4 }, at: [3, 0] },
        { id: 'recurrent', type: 'binary-output', title: 'LSTM', at: [4, 0] },
        { id: 'embedding2', type: 'embedding', config: { dimension: 24 }, at: [1, 1.4] },
        { id: 'position', type: 'positional-embedding', at: [2, 1.4] },
        {
          id: 'encoder',
          type: 'transformer-encoder',
          config: { heads: 2, feedForward: 48, dropout: 0.2 },
          at: [3, 1.4],
        },
        { id: 'pool', type: 'global-average-pooling', at: [4, 1.4] },
        { id: 'attention', type: 'binary-output', title: 'Attention', at: [5, 1.4] },
      ],
      wires: [
        'words > embedding1',
        'embedding1 > lstm',
        'lstm > drop1',
        'drop1 > recurrent',
        'words > embedding2',
        'embedding2 > position',
        'position > encoder',
        'encoder > pool',
        'pool > attention',
      ],
    }),
};
