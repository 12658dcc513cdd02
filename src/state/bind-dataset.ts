/**
 * One batch that makes a document fit another data set: inputs and heads that cannot read it are replaced under their ids, hidden
 * nodes and all wires stay, and where a wire then needs an adapter (Embedding, Flatten, …) the compiler's own, tried repair
 * is taken.
 */
import { compile } from '../compile/index';
import { apply } from '../graph/apply';
import type { Command } from '../graph/command';
import type { Place, ProblemCode } from '../graph/diagnostic';
import type { Config, GraphDoc, GraphNode, NodeId } from '../graph/document';
import type { Json } from '../graph/json';
import { replaceNodeCommands } from '../graph/rewire';
import type { ColumnKind, DatasetSchema } from '../graph/schema';
import type { NodeType } from '../nodes/define-node';
import { type ConfigOf, defaultConfig, type Fields } from '../nodes/fields';
import { NODE_TYPES, nodeType } from '../nodes/index';
import { parseConfig } from '../nodes/parse-config';

export function bindCommand(doc: GraphDoc, schema: DatasetSchema): Command {
  const commands: Command[] = [];
  const ends = new Set<NodeId>();
  let current = doc;
  const edit = (command: Command | null) => {
    if (!command) return;
    commands.push(command);
    current = apply(current, command).doc;
  };
  edit({ kind: 'setDataset', dataset: { id: schema.id } });
  for (const node of Object.values(doc.meaning.nodes)) {
    const type = nodeType(node.type);
    if (type?.kind === 'input') edit(fitInput(current, node, type, schema));
    if (type?.kind === 'output') edit(fitHead(current, node, type, schema));
    if (type?.kind === 'input' || type?.kind === 'output') ends.add(node.id);
  }
  for (const command of adapters(current, schema, ends)) edit(command);
  return { kind: 'batch', commands };
}

/** As it is, with its column fields emptied, or as the first input type that can read this data. */
function fitInput(doc: GraphDoc, node: GraphNode, type: NodeType, schema: DatasetSchema): Command | null {
  if (canRead(type, node.config, schema)) return null;
  const config = withoutColumns(type, node.config, schema);
  if (canRead(type, { ...node.config, ...config }, schema))
    return { kind: 'setConfig', node: node.id, config };
  const fitting = inputFor(schema);
  return fitting ? replaceNodeCommands(doc, node.id, fresh(fitting)) : null;
}

/** The natural input of a data set: pictures before words before steps in time before plain columns. */
function inputFor(schema: DatasetSchema): NodeType | undefined {
  const order = ['image-input', 'tokens-input', 'sequence-input', 'numbers-input'];
  return order.flatMap((id) => nodeType(id) ?? []).find((type) => canRead(type, {}, schema));
}

function canRead(type: NodeType, received: Config, schema: DatasetSchema): boolean {
  const { config } = parseConfig(type, received);
  return type.inferShapes({ config: config as ConfigOf<Fields>, inputs: {}, schema }).ok;
}

/**
 * A head stays when the column it names is there and of its kind, or when it names none and the data set's own target suits
 * it. Otherwise it becomes the head for that target.
 */
function fitHead(doc: GraphDoc, node: GraphNode, type: NodeType, schema: DatasetSchema): Command | null {
  const predicts = (column: Column | undefined): boolean =>
    column !== undefined && targetKinds(type).includes(column.kind) && suitsClasses(type, column);
  const named = targetsOf(type, node.config).map((name) =>
    schema.columns.find((column) => column.name === name),
  );
  if (named.length > 0 && named.every(predicts)) return null;
  const own = schema.columns.find((column) => column.name === schema.target);
  if (own ? predicts(own) : schema.columns.some(predicts)) {
    return { kind: 'setConfig', node: node.id, config: withoutColumns(type, node.config, schema) };
  }
  const fitting = own && headFor(own);
  return fitting ? replaceNodeCommands(doc, node.id, fresh(fitting)) : null;
}

type Column = DatasetSchema['columns'][number];

/** The first head in palette order that predicts a column of this kind. */
const headFor = (column: Column): NodeType | undefined =>
  NODE_TYPES.find((type) => type.kind === 'output' && targetKinds(type).includes(column.kind));

/** A binary head takes categories, but only two of them. */
const suitsClasses = (type: NodeType, column: Column): boolean =>
  type.type !== 'binary-output' || (column.kind === 'category' && column.classes.length === 2);

/** A head's only column field says what it predicts. */
const targetFields = (type: NodeType) =>
  Object.entries(type.fields).flatMap(([name, field]) =>
    field.kind === 'column' || field.kind === 'columns' ? [{ name, accepts: field.accepts }] : [],
  );
const targetKinds = (type: NodeType): readonly ColumnKind[] =>
  targetFields(type).flatMap((field) => field.accepts);
const targetsOf = (type: NodeType, config: Config): readonly Json[] =>
  targetFields(type)
    .flatMap(({ name }): readonly Json[] => [config[name] ?? ''].flat() as readonly Json[])
    .filter((name) => name !== '');

/** The column fields that name what the data set does not have, as they are when they mean "whatever fits". */
function withoutColumns(type: NodeType, config: Config, schema: DatasetSchema): Config {
  const fits = (name: Json, accepts: readonly ColumnKind[]): boolean =>
    schema.columns.some((column) => column.name === name && accepts.includes(column.kind));
  const reset: Record<string, Json> = {};
  for (const [name, field] of Object.entries(type.fields)) {
    const value = config[name];
    if (field.kind === 'column' && typeof value === 'string' && !fits(value, field.accepts)) reset[name] = '';
    if (field.kind === 'columns' && Array.isArray(value)) {
      reset[name] = value.filter((each: Json) => fits(each, field.accepts));
    }
  }
  return reset;
}

const fresh = (type: NodeType): Pick<GraphNode, 'type' | 'typeVersion' | 'config'> => ({
  type: type.type,
  typeVersion: type.version,
  config: defaultConfig(type.fields) as Config,
});

/** More would be a different network, not the same one on other data. */
const MAX_ADAPTERS = 8;

/** What other data can break: what flows in, how many classes or words there are. */
const ADAPTED: readonly ProblemCode[] = [
  ...(['wrong-flow', 'wrong-rank', 'needs-tokens'] as const),
  ...(['classes-mismatch', 'size-mismatch', 'vocabulary-too-small'] as const),
];

/**
 * Inserts and settings that the compiler offers at inputs and heads and at what hangs on the inputs, one after the other, until
 * nothing there is broken or nothing is offered.
 */
function* adapters(start: GraphDoc, schema: DatasetSchema, ends: Set<NodeId>): Generator<Command> {
  let doc = start;
  const isNear = (place: Place): boolean =>
    'node' in place &&
    (ends.has(place.node) ||
      Object.values(doc.meaning.edges).some(
        ({ source, target }) => target.node === place.node && ends.has(source.node),
      ));
  for (let count = 0; count < MAX_ADAPTERS; count++) {
    const fix = compile(doc, schema)
      .diagnostics.filter(({ code, where }) => ADAPTED.includes(code) && isNear(where))
      .flatMap((each) => each.fixes)
      .find(({ label }) => label.kind === 'insert' || label.kind === 'set-field');
    if (!fix) return;
    const command: Command = { kind: 'batch', commands: fix.commands };
    doc = apply(doc, command).doc;
    for (const each of fix.commands) if (each.kind === 'addNode') ends.add(each.node.id);
    yield command;
  }
}
