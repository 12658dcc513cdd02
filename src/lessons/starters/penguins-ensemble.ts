/** Starter: three different small networks vote on the species of a penguin. */
import { t } from '../../graph/text';
import { project } from '../project';
import type { Starter } from '../starter';

export const penguinsEnsemble: Starter = {
  id: 'penguins-ensemble',
  title: t('Penguins: an ensemble of three', '企鹅：三路集成'),
  summary: t(
    'A wide, a narrow and a linear network each score the species; their mean decides.',
    '宽、窄、线性三个网络各自打分，取平均后决定物种。',
  ),
  topic: t('Tabular data, ensembles', '表格数据与集成'),
  document: () =>
    project({
      name: 'Penguins ensemble',
      dataset: 'penguins',
      training: { epochs: 30, batchSize: 16 },
      nodes: [
        { id: 'measures', type: 'numbers-input', at: [0, 1.1] },
        { id: 'wide', type: 'dense', title: 'Wide', config: { units: 48, activation: 'relu' }, at: [1, 0] },
        { id: 'scores1', type: 'dense', config: { units: 3, activation: 'linear' }, at: [2, 0] },
        {
          id: 'narrow',
          type: 'dense',
          title: 'Narrow',
          config: { units: 16, activation: 'tanh' },
          at: [1, 1.1],
        },
        { id: 'scores2', type: 'dense', config: { units: 3, activation: 'linear' }, at: [2, 1.1] },
        {
          id: 'scores3',
          type: 'dense',
          title: 'Linear',
          config: { units: 3, activation: 'linear' },
          at: [1.5, 2.2],
        },
        { id: 'ensemble', type: 'ensemble', config: { rule: 'mean' }, at: [3, 1.1] },
        {
          id: 'species',
          type: 'classification-output',
          config: { projection: false, metrics: ['accuracy', 'f1'] },
          at: [4, 1.1],
        },
      ],
      wires: [
        'measures > wide',
        'wide > scores1',
        'measures > narrow',
        'narrow > scores2',
        'measures > scores3',
        'scores1 > ensemble.members',
        'scores2 > ensemble.members',
        'scores3 > ensemble.members',
        'ensemble > species',
      ],
    }),
};
