/**
 * Makes the model predict another column, as one edit: heads are pointed at it (or swapped for the head that can), and inputs
 * stop reading it, because a model that is fed the answer only copies it.
 */
import { apply } from '../../graph/apply';
import type { Command } from '../../graph/command';
import type { Config, GraphDoc, GraphNode } from '../../graph/document';
import { replaceNodeCommands } from '../../graph/rewire';
import type { Column, DatasetSchema } from '../../graph/schema';
import type { NodeType } from '../../nodes/define-node';
import { type ColumnField, type ColumnsField, defaultConfig } from '../../nodes/fields';
import { NODE_TYPES, nodeType } from '../../nodes/index';
import { columnsField, impliedColumns } from './implied-columns';

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

/** A binary head takes categories, but only two of them. */
const takes = (type: NodeType | undefined, column: Column): boolean =>
  (targetField(type)?.field.accepts.includes(column.kind) ?? false) &&
  (type?.type !== 'binary-output' || (column.kind === 'category' && column.classes.length === 2));

/** The first head of the palette for this kind of column. */
const headFor = (column: Column): NodeType | undefined => NODE_TYPES.find((type) => takes(type, column));

export const canPredict = (column: Column): boolean => headFor(column) !== undefined;

export const headsOf = (doc: GraphDoc): readonly GraphNode[] =>
  Object.values(doc.meaning.nodes).filter((node) => nodeType(node.type)?.kind === 'output');

/** The column that a head names; '' when it leaves the choice to the data set. */
export function targetOf(head: GraphNode): string {
  const target = targetField(nodeType(head.type));
  const value = target ? head.config[target.name] : '';
  return String((Array.isArray(value) ? value[0] : value) ?? '');
}

/** `name` '' or the data set's own target: heads leave the choice to the data set. Null when there is nothing to change. */
export function retarget(doc: GraphDoc, schema: DatasetSchema, name: string): Command | null {
  const column = schema.columns.find((each) => each.name === (name || schema.target));
  const heads = headsOf(doc);
  if (!column || heads.length === 0) return null;
  const before = new Set(heads.map((head) => targetOf(head) || schema.target || ''));
  const commands = [
    ...heads.flatMap((head) => pointHead(doc, head, column, schema) ?? []),
    ...Object.values(doc.meaning.nodes).flatMap((node) => withholdAnswer(node, schema, column, before) ?? []),
  ];
  const batch: Command = { kind: 'batch', commands };
  return apply(doc, batch).doc === doc ? null : batch;
}

function pointHead(doc: GraphDoc, head: GraphNode, column: Column, schema: DatasetSchema): Command | null {
  const name = column.name === schema.target ? '' : column.name;
  const type = nodeType(head.type);
  const target = targetField(type);
  if (target && takes(type, column))
    return { kind: 'setConfig', node: head.id, config: valueFor(target, name) };
  const next = headFor(column);
  const field = targetField(next);
  if (!next || !field) return null;
  return replaceNodeCommands(doc, head.id, {
    type: next.type,
    typeVersion: next.version,
    config: { ...(defaultConfig(next.fields) as Config), ...valueFor(field, name) },
  });
}

/** A forecast may read the past of what it predicts; everything else may not. What was predicted before is read again. */
function withholdAnswer(
  node: GraphNode,
  schema: DatasetSchema,
  column: Column,
  before: ReadonlySet<string>,
): Command | null {
  const type = nodeType(node.type);
  const name = columnsField(type);
  if (name === null || (schema.sequence !== null && column.kind === 'number')) return null;
  const implied = impliedColumns(type, node.config, schema);
  const stored = node.config[name];
  const listed = Array.isArray(stored) && stored.length > 0 ? (stored as readonly string[]) : null;
  const field = type?.fields[name];
  const fits = (each: Column): boolean => field?.kind === 'columns' && field.accepts.includes(each.kind);
  const read = new Set(listed ?? implied);
  for (const each of schema.columns) if (before.has(each.name) && fits(each)) read.add(each.name);
  read.delete(column.name);
  const next = schema.columns.map((each) => each.name).filter((each) => read.has(each));
  if (next.length === 0) return null;
  const isImplied = next.length === implied.length && next.every((each) => implied.includes(each));
  return { kind: 'setConfig', node: node.id, config: { [name]: isImplied ? [] : next } };
}
