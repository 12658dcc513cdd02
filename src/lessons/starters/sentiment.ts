/** Starter: is a sentence praise or complaint? A recurrent and an attention branch learn side by side on one chart. */
import { t } from '../../graph/text';
import { project } from '../project';
import type { Starter } from '../starter';

export const sentiment: Starter = {
  id: 'sentiment',
  title: t('Sentiment: LSTM against attention', '情感：LSTM 对注意力'),
  summary: t(
    'The same embedding feeds a bidirectional LSTM and self-attention; two outputs compare them.',
    '同一个嵌入分别送入双向 LSTM 和自注意力，两个输出直接对比。',
  ),
  topic: t('Text classification', '文本分类'),
  document: () =>
    project({
      name: 'Sentiment',
      dataset: 'sentiment',
      training: {
        epochs: 6,
        batchSize: 32,
        // Two thousand sentences are soon learned by heart; the best epoch is kept.
        earlyStopping: { monitor: 'val_loss', patience: 2, minDelta: 0, restoreBest: true },
      },
      nodes: [
        { id: 'words', type: 'tokens-input', config: { length: 24, vocabulary: 2000 }, at: [0, 0] },
        { id: 'embedding', type: 'embedding', config: { dimension: 24 }, at: [1, 0] },
        { id: 'forget', type: 'dropout', config: { rate: 0.5 }, at: [2, 0] },
        { id: 'lstm', type: 'lstm', config: { units: 16, bidirectional: true }, at: [0, 1.05] },
        { id: 'drop1', type: 'dropout', config: { rate: 0.4 }, at: [1, 1.05] },
        { id: 'recurrent', type: 'binary-output', title: 'LSTM', at: [2, 1.05] },
        { id: 'position', type: 'positional-embedding', at: [0, 2.1] },
        {
          id: 'encoder',
          type: 'transformer-encoder',
          config: { heads: 2, feedForward: 32, dropout: 0.3 },
          at: [1, 2.1],
        },
        { id: 'pool', type: 'global-average-pooling', at: [2, 2.1] },
        { id: 'attention', type: 'binary-output', title: 'Attention', at: [3, 2.1] },
      ],
      wires: [
        'words > embedding',
        'embedding > forget',
        'forget > lstm',
        'lstm > drop1',
        'drop1 > recurrent',
        'forget > position',
        'position > encoder',
        'encoder > pool',
        'pool > attention',
      ],
    }),
};
