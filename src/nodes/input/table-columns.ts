/** What inputs made of table columns share: the default choice, the width after one-hot coding, and the diagnosis. */
import type { CategoryColumn, Column, DatasetSchema, NumberColumn } from '../../graph/schema';
import { t } from '../../graph/text';
import type { NodeProblem } from '../define-node';
import { choice } from '../fields';

export type TableColumn = NumberColumn | CategoryColumn;

/** Group and order only say where and when a row belongs; no default input is made of them. */
export const isIndexColumn = ({ sequence }: DatasetSchema, name: string): boolean =>
  sequence !== null && (name === sequence.group || name === sequence.order);

const isTableColumn = (column: Column): column is TableColumn =>
  column.kind === 'number' || column.kind === 'category';

/** Named columns in the order of the data set, or those that the default admits. */
export function chosenColumns(
  schema: DatasetSchema,
  names: readonly string[],
  isDefault: (column: TableColumn) => boolean,
): readonly TableColumn[] {
  const columns = schema.columns.filter(isTableColumn);
  return names.length > 0 ? columns.filter((c) => names.includes(c.name)) : columns.filter(isDefault);
}

/** Null when every named column is there and there is at least one to use. */
export function columnsProblem(
  schema: DatasetSchema,
  names: readonly string[],
  chosen: readonly TableColumn[],
): NodeProblem | null {
  const expected = ['number', 'category'] as const;
  for (const name of names) {
    const column = schema.columns.find((c) => c.name === name);
    const proposals = [
      { kind: 'set', config: { columns: names.filter((other) => other !== name) } },
    ] as const;
    if (!column) return { code: 'column-missing', column: name, field: 'columns', proposals };
    if (!isTableColumn(column)) {
      return {
        code: 'column-kind',
        column: name,
        expected,
        received: column.kind,
        field: 'columns',
        proposals,
      };
    }
  }
  return chosen.length === 0 ? { code: 'no-column', expected, field: 'columns' } : null;
}

/** One value per number, one per class of a category. */
export const widthOf = (columns: readonly TableColumn[]): number =>
  columns.reduce((width, column) => width + (column.kind === 'number' ? 1 : column.classes.length), 0);

export const featureColumns = (columns: readonly TableColumn[]) =>
  columns.map((column) => ({
    name: column.name,
    classes: column.kind === 'category' ? column.classes : null,
  }));

export const scaleField = () =>
  choice(
    t('Scale', '缩放'),
    t('How number columns are scaled. Fitted on the training rows.', '数值列的缩放方式，按训练行拟合。'),
    'standard',
    [
      { value: 'standard', title: t('mean 0, deviation 1', '均值 0、标准差 1') },
      { value: 'minmax', title: t('0 to 1', '0 到 1') },
      { value: 'none', title: t('as in the data', '与数据相同') },
    ],
  );
