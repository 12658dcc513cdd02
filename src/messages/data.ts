/** Words of the data tab and the data drawer. */
import { t } from '../graph/text';
import { defineMessages } from './catalogue';

export const dataMessages = defineMessages({
  shipped: t('Ready to use', '内置数据集'),
  own: t('Your own', '我的数据集'),
  noOwn: t(
    'Tables, folders of images and ZIP files stay on this device.',
    '表格、图像文件夹和 ZIP 文件都只保存在本机。',
  ),
  upload: t('Add your own data', '添加自己的数据'),
  use: t('Use', '使用'),
  useIt: t('Use {title}', '使用 {title}'),
  inUse: t('In use', '使用中'),
  show: t('Show rows and columns', '查看行与列'),
  remove: t('Remove {title}', '移除 {title}'),
  removeConfirm: t('Remove for good?', '确定永久移除？'),
  confirm: t('Remove', '移除'),
  cancel: t('Cancel', '取消'),
  size: t('{rows} rows · {columns} columns', '{rows} 行 · {columns} 列'),
  sequence: t('in time order', '按时间排序'),

  // tasks, by the kind of the target
  classification: t('Classification · {classes} classes', '分类 · {classes} 类'),
  binary: t('Yes-or-no classification', '二元分类'),
  regression: t('Regression', '回归'),
  forecast: t('Forecast', '时间序列预测'),
  tagging: t('Tagging', '序列标注'),
  noTask: t('No target yet', '尚未选择目标列'),

  // drawer
  panel: t('Data set', '数据集'),
  none: t('No data set chosen', '尚未选择数据集'),
  noneHint: t(
    'Choose one in the Data tab on the left, or add your own.',
    '在左侧“数据”标签中选择，或添加自己的数据。',
  ),
  missing: t(
    'The data set “{id}” of this project is not on this device.',
    '本项目使用的数据集“{id}”不在此设备上。',
  ),
  target: t('Column to predict', '要预测的列'),
  targetHelp: t('Sets the target of the output node.', '设置输出节点的目标列。'),
  targetAutomatic: t('{column} (default)', '{column}（默认）'),
  noOutput: t('Add an output node first.', '请先添加输出节点。'),
  severalOutputs: t(
    'Several outputs: set the target of each in the inspector.',
    '有多个输出：请在检查器中分别设置目标列。',
  ),
  columns: t('Columns', '列'),
  rowsHeading: t('Rows', '行'),
  rowsOf: t('{from} to {to} of {rows}', '第 {from}–{to} 行，共 {rows} 行'),
  previous: t('Previous rows', '上一页'),
  next: t('Next rows', '下一页'),
  row: t('Row', '行'),
  loading: t('Loading rows…', '正在加载…'),
  unreadable: t('The rows could not be read.', '无法读取这些行。'),
  isTarget: t('target', '目标'),
  image: t('{width}×{height}, {channels}', '{width}×{height}，{channels}'),
  grey: t('grey', '灰度'),
  colour: t('colour', '彩色'),
  number: t('{min} to {max} · mean {mean} ± {std}', '{min} 至 {max} · 均值 {mean} ± {std}'),
  category: t('{classes} classes', '{classes} 个类别'),
  text: t(
    'up to {max} words, median {median} · {distinct} distinct',
    '最长 {max} 词，中位 {median} 词 · 共 {distinct} 个不同的词',
  ),
  tags: t('{classes} tags', '{classes} 种标签'),
  missingValues: t('{count} missing', '{count} 个缺失'),
  histogram: t('{column}: how its values are spread over {count} rows', '{column}：{count} 行数值的分布'),
  classCounts: t('{column}: rows per class', '{column}：各类别的行数'),
  kindImage: t('image', '图像'),
  kindNumber: t('number', '数值'),
  kindCategory: t('category', '类别'),
  kindText: t('text', '文本'),
  kindTags: t('tags', '标签'),
});
