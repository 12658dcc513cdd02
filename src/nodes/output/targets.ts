/** What output nodes share: finding the column to predict, diagnosing its absence, and the weight of the head. */
import type { Column, ColumnKind, DatasetSchema } from '../../graph/schema';
import { t } from '../../graph/text';
import type { NodeProblem } from '../define-node';
import { float } from '../fields';

/** The column named in the field, else the data set's own target when it fits, else the last column that fits. */
export function findTarget<K extends ColumnKind>(
  schema: DatasetSchema,
  name: string,
  kinds: readonly K[],
): Extract<Column, { kind: K }> | undefined {
  const fits = (c: Column): c is Extract<Column, { kind: K }> =>
    (kinds as readonly ColumnKind[]).includes(c.kind);
  const wanted = name === '' ? schema.target : name;
  return (
    schema.columns.filter(fits).find((c) => c.name === wanted) ??
    (name === '' ? schema.columns.filter(fits).at(-1) : undefined)
  );
}

export function targetProblem(
  schema: DatasetSchema,
  name: string,
  kinds: readonly ColumnKind[],
): NodeProblem {
  const column = schema.columns.find((c) => c.name === name);
  const proposals = [{ kind: 'set', config: { target: '' } }] as const;
  if (name === '') return { code: 'no-column', expected: kinds, field: 'target' };
  return column
    ? {
        code: 'column-kind',
        column: name,
        expected: kinds,
        received: column.kind,
        field: 'target',
        proposals,
      }
    : { code: 'column-missing', column: name, field: 'target', proposals };
}

/** How much a head counts among several. */
export const lossWeight = () =>
  float(
    t('Loss weight', '损失权重'),
    t('Share of this head in the total loss.', '此输出在总损失中的比重。'),
    1,
    { min: 0, max: 1000, step: 0.1 },
  );
