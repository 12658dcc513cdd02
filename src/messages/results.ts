/** Words of the results: test metrics, confusion matrix, samples. */
import { t } from '../graph/text';
import { defineMessages } from './catalogue';

export const resultsMessages = defineMessages({
  panel: t('Results', '结果'),
  emptyTitle: t('No results yet', '暂无结果'),
  emptyHint: t(
    'When a run ends, the model is tested on rows it has never seen; the outcome appears here.',
    '训练结束后，会用模型从未见过的数据进行测试，结果显示在这里。',
  ),
  waiting: t('The test follows when the run ends.', '训练结束后会进行测试。'),
  noTest: t(
    'This run kept no rows for a test. Set a test split above 0 and train again.',
    '本次训练没有保留测试数据。请将测试集比例设为大于 0 后重新训练。',
  ),
  onRows: t('{rows} test rows', '{rows} 行测试数据'),
  onValidation: t('{rows} validation rows', '{rows} 行验证数据'),
  onTrain: t('{rows} training rows', '{rows} 行训练数据'),
  head: t('Output', '输出'),
  measures: t('Test metrics', '测试指标'),

  lossHelp: t(
    'Mean loss over the test rows, the same measure the run minimised.',
    '测试数据上的平均损失，即训练中最小化的量。',
  ),
  accuracyHelp: t(
    'Share of rows whose predicted class is the true one.',
    '预测类别与真实类别一致的行所占比例。',
  ),
  precisionHelp: t(
    'Of the rows predicted as a class, the share that really is.',
    '预测为某类的行中，真正属于该类的比例。',
  ),
  recallHelp: t('Of the rows of a class, the share that was found.', '某类的全部行中，被正确找出的比例。'),
  f1Help: t('Harmonic mean of precision and recall.', '精确率与召回率的调和平均。'),
  maeHelp: t(
    'Mean distance between prediction and target, in the target’s own unit.',
    '预测与目标之差的平均绝对值，单位与目标相同。',
  ),
  rmseHelp: t(
    'Root of the mean squared distance; large errors weigh more. In the target’s own unit.',
    '均方误差的平方根，大误差权重更高；单位与目标相同。',
  ),
  r2Help: t(
    'Share of the target’s variance that is explained; 1 is perfect, 0 no better than the mean.',
    '目标方差中被解释的比例；1 为完美，0 与取平均值相当。',
  ),

  confusion: t('Confusion matrix', '混淆矩阵'),
  confusionHint: t(
    'Rows are the true class, columns the predicted one. Click a cell to see its samples.',
    '行为真实类别，列为预测类别。点击单元格可查看对应样本。',
  ),
  confusionCaption: t(
    'Confusion matrix: true class by row, predicted class by column',
    '混淆矩阵：行为真实类别，列为预测类别',
  ),
  asShare: t('Row %', '行百分比'),
  cell: t(
    '{count} of {total} with true class {actual} predicted as {predicted} ({share})',
    '真实类别为 {actual} 的 {total} 个样本中，有 {count} 个被预测为 {predicted}（{share}）',
  ),
  trueClass: t('True', '真实'),
  predictedClass: t('Predicted', '预测'),

  perClass: t('Per class', '各类别'),
  className: t('Class', '类别'),
  rows: t('Rows', '行数'),
  precision: t('Precision', '精确率'),
  recall: t('Recall', '召回率'),
  f1: t('F1', 'F1'),

  scatter: t('Prediction against target', '预测值与目标值'),
  scatterLabel: t(
    'Scatter chart of {count} test rows: target across, prediction up; on the diagonal they agree.',
    '{count} 行测试数据的散点图：横轴为目标，纵轴为预测；落在对角线上表示一致。',
  ),
  target: t('Target', '目标'),
  prediction: t('Prediction', '预测'),

  samples: t('Samples', '样本'),
  onlyWrong: t('Only wrong ones', '仅显示错误'),
  onlyCell: t('{actual} predicted as {predicted}', '{actual} 被预测为 {predicted}'),
  clearCell: t('Show all', '显示全部'),
  noSamples: t('No such sample among those loaded.', '已加载的样本中没有符合条件的。'),
  samplesGone: t(
    'Samples are shown while the trained model is loaded. Train again to see them.',
    '样本只在模型加载期间显示，重新训练即可查看。',
  ),
  loadingSamples: t('Loading samples…', '正在加载样本…'),
  row: t('Row {row}', '第 {row} 行'),
  correct: t('correct', '正确'),
  wrong: t('wrong', '错误'),
  trueValue: t('true: {value}', '真实：{value}'),
  predictedValue: t('predicted: {value}', '预测：{value}'),
});
