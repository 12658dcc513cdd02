/**
 * Opening is parsing: text or JSON of unknown origin in, a typed document or a file problem out. Never throws. Unknown node
 * types and newer node versions are kept as they are (the compiler reports them); wires without an end are left out with a
 * warning; nodes without a place are laid out.
 */
import type { Diagnostic } from './diagnostic';
import {
  type Edge,
  edgeId,
  FORMAT_VERSION,
  type GraphDoc,
  type GraphNode,
  type Layout,
  nodeId,
  type Position,
} from './document';
import { documentSchema, firstIssue, type ParsedDocument, type ParsedNode } from './document-schema';
import { type FileProblem, fileError } from './file-problem';
import { layeredPositions } from './layered-layout';
import { MIGRATIONS, type Migrations, migrate } from './migrations';
import { readJson } from './read-json';

export type ParseResult =
  | { readonly ok: true; readonly doc: GraphDoc; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly problem: FileProblem };

const refuse = (problem: FileProblem): ParseResult => ({ ok: false, problem });

/** `source`: the text of a project file, or its JSON already read. */
export function parseDocument(source: unknown, migrations: Migrations = MIGRATIONS): ParseResult {
  if (typeof source === 'string') {
    const read = readJson(source);
    return read.ok ? parseValue(read.value, migrations) : refuse(read.problem);
  }
  return parseValue(source, migrations);
}

function parseValue(value: unknown, migrations: Migrations): ParseResult {
  if (!isWeft(value)) return refuse(fileError('not-weft', {}));
  const { version } = value;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    return refuse(fileError('unknown-version', { version: String(version) }));
  }
  if (version > FORMAT_VERSION) return refuse(fileError('newer-format', { version, known: FORMAT_VERSION }));
  const parsed = documentSchema.safeParse(migrate(value, version, FORMAT_VERSION, migrations));
  return parsed.success ? build(parsed.data) : refuse(fileError('invalid-content', firstIssue(parsed.error)));
}

/** Cheap look before opening: is this JSON one of our projects, whatever its version? */
export function isWeft(
  value: unknown,
): value is { readonly [key: string]: unknown; readonly format: 'weft' } {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 'weft';
}

function build(parsed: ParsedDocument): ParseResult {
  const nodes: Record<string, GraphNode> = {};
  for (const [id, node] of Object.entries(parsed.meaning.nodes)) nodes[id] = graphNode(id, node);
  const edges: Record<string, Edge> = {};
  const diagnostics: Diagnostic[] = [];
  for (const [id, { source, target, order }] of Object.entries(parsed.meaning.edges)) {
    if (Object.hasOwn(nodes, source.node) && Object.hasOwn(nodes, target.node)) {
      edges[id] = {
        id: edgeId(id),
        source: { node: nodeId(source.node), port: source.port },
        target: { node: nodeId(target.node), port: target.port },
        order,
      };
      continue;
    }
    const where = { kind: 'edge', edge: edgeId(id) } as const;
    diagnostics.push({ code: 'dangling-edge', severity: 'warning', where, fixes: [] });
  }
  const { dataset, training } = parsed.meaning;
  const { positions, frames, notes } = parsed.layout;
  const doc: GraphDoc = {
    format: 'weft',
    version: FORMAT_VERSION,
    name: parsed.name,
    meaning: { nodes, edges, dataset, training },
    layout: {
      positions: placeAll({ nodes, edges }, positions),
      frames: withIds(frames),
      notes: withIds(notes),
    },
  };
  return { ok: true, doc, diagnostics };
}

/** A node under the id that its key gives; absent means "not bypassed", "trainable" and a factor of 1. */
export function graphNode(id: string, node: ParsedNode): GraphNode {
  return {
    id: nodeId(id),
    type: node.type,
    typeVersion: node.typeVersion,
    title: node.title,
    config: node.config,
    ...(node.bypassed === true ? { bypassed: true } : {}),
    ...(node.trainable === false ? { trainable: false } : {}),
    ...((node.learningRateFactor ?? 1) === 1
      ? {}
      : { learningRateFactor: node.learningRateFactor as number }),
  };
}

function placeAll(meaning: Pick<GraphDoc['meaning'], 'nodes' | 'edges'>, given: Layout['positions']) {
  const ids = Object.keys(meaning.nodes);
  const computed = ids.every((id) => Object.hasOwn(given, id)) ? given : layeredPositions(meaning);
  const positions: Record<string, Position> = {};
  for (const id of ids) positions[id] = (Object.hasOwn(given, id) ? given : computed)[id]!;
  return positions;
}

function withIds<T extends object>(table: {
  readonly [id: string]: T;
}): Record<string, T & { readonly id: string }> {
  return Object.fromEntries(Object.entries(table).map(([id, value]) => [id, { ...value, id }]));
}
