/** Words around the list of diagnostics; the sentences themselves are in `problems.ts`. */
import { t } from '../graph/text';
import { defineMessages } from './catalogue';

export const problemsPanelMessages = defineMessages({
  title: t('Problems', '问题'),
  none: t('No problems. The model can be trained.', '没有问题，模型可以训练。'),
  noneHint: t(
    'What the compiler finds appears here, with fixes where it has tried one.',
    '编译器发现的问题会显示在这里，并附上已验证过的修复方法。',
  ),
  error: t('Error', '错误'),
  warning: t('Warning', '警告'),
  oneError: t('1 error', '1 个错误'),
  errors: t('{count} errors', '{count} 个错误'),
  oneWarning: t('1 warning', '1 个警告'),
  warnings: t('{count} warnings', '{count} 个警告'),
  document: t('Model', '模型'),
  training: t('Training settings', '训练设置'),
  goTo: t('Go to {node}', '前往 {node}'),
  fix: t('Fix: {fix}', '修复：{fix}'),
});
