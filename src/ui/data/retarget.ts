/** Makes a head predict another column: sets its field where it takes that kind of column, otherwise swaps it for the head that does. */
import type { Command } from '../../graph/command';
import type { Config, GraphDoc, GraphNode } from '../../graph/document';
import { replaceNodeCommands } from '../../graph/rewire';
import type { Column } from '../../graph/schema';
import type { NodeType } from '../../nodes/define-node';
import type { ColumnField, ColumnsField } from '../../nodes/fields';
import { defaultConfig } from '../../nodes/fields';
import { NODE_TYPES, nodeType } from '../../nodes/index';

interface TargetField {
  readonly name: string;
  readonly field: ColumnField | ColumnsField;
}

/** The field of a head that names what is predicted: one column (`target`) or several (`columns`). */
function targetField(type: NodeType | undefined): TargetField | null {
  if (type?.kind !== 'output') return null;
  for (const [name, field] of Object.entries(type.fields)) {
    if (field.kind === 'column' || field.kind === 'columns') return { name, field };
  }
  return null;
}

const valueFor = ({ name, field }: TargetField, column: string): Config => ({
  [name]: field.kind === 'columns' ? (column === '' ? [] : [column]) : column,
});

const takes = (target: TargetField | null, column: Column): boolean =>
  target?.field.accepts.includes(column.kind) ?? false;

/** The first head of the palette for this kind of column. */
const headFor = (column: Column): NodeType | undefined =>
  NODE_TYPES.find((type) => takes(targetField(type), column));

export const canPredict = (column: Column): boolean => headFor(column) !== undefined;

/** The column that a head names; '' when it leaves the choice to the data set. */
export function targetOf(head: GraphNode): string {
  const target = targetField(nodeType(head.type));
  const value = target ? head.config[target.name] : '';
  return String((Array.isArray(value) ? value[0] : value) ?? '');
}

/** `column` null: whatever the data set calls its target. Null when there is nothing to change. */
export function retarget(doc: GraphDoc, head: GraphNode, column: Column | null): Command | null {
  const target = targetField(nodeType(head.type));
  if (target && (column === null || takes(target, column))) {
    return { kind: 'setConfig', node: head.id, config: valueFor(target, column?.name ?? '') };
  }
  const type = column ? headFor(column) : undefined;
  const next = targetField(type);
  if (!column || !type || !next) return null;
  return replaceNodeCommands(doc, head.id, {
    type: type.type,
    typeVersion: type.version,
    config: { ...(defaultConfig(type.fields) as Config), ...valueFor(next, column.name) },
  });
}
