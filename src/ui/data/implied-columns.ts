/** Which columns an input reads when its column list is left empty. Asked of the node type itself: each has its own rule. */
import type { Config } from '../../graph/document';
import type { DatasetSchema } from '../../graph/schema';
import type { NodeType } from '../../nodes/define-node';
import type { ConfigOf, Fields } from '../../nodes/fields';
import { parseConfig } from '../../nodes/parse-config';

/** The field of an input that lists columns; null where there is none. */
export function columnsField(type: NodeType | undefined): string | null {
  if (type?.kind !== 'input') return null;
  return Object.entries(type.fields).find(([, field]) => field.kind === 'columns')?.[0] ?? null;
}

export function impliedColumns(
  type: NodeType | undefined,
  config: Config,
  schema: DatasetSchema | null,
): readonly string[] {
  const name = columnsField(type);
  if (type?.kind !== 'input' || name === null || !schema) return [];
  const empty = parseConfig(type, { ...config, [name]: [] }).config as ConfigOf<Fields>;
  if (!type.inferShapes({ config: empty, inputs: {}, schema }).ok) return [];
  const feature = type.feature(empty, schema);
  return 'columns' in feature ? feature.columns.map((column) => column.name) : [];
}
