/** What a data set is good for, read off its target column: nothing is declared twice. */
import type { DatasetSchema } from '../../graph/schema';
import { dataMessages as words } from '../../messages/data';
import type { Say } from '../i18n';

export function describeTask(schema: DatasetSchema, text: Say): string {
  const target = schema.columns.find((column) => column.name === schema.target);
  switch (target?.kind) {
    case 'category':
      return target.classes.length === 2
        ? text(words.binary)
        : text(words.classification, { classes: target.classes.length });
    case 'number':
      return text(schema.sequence ? words.forecast : words.regression);
    case 'tags':
      return text(words.tagging);
    default:
      return text(words.noTask);
  }
}
