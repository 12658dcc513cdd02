/** Edits of several parts at once that keep the wires sensible: delete, insert on a wire, replace a node. Each is one undoable batch. */
import type { Command } from './command';
import {
  type Edge,
  type EdgeId,
  edgeId,
  type GraphDoc,
  type GraphNode,
  type NodeId,
  type Position,
} from './document';
import { idAllocator } from './new-document';
import { own } from './own';

export interface DeleteOptions {
  /** Close the gap where exactly one wire leads into the deleted nodes: its source takes over what hung behind them. */
  readonly reconnect?: boolean;
}

/** `ids` of nodes, wires, frames and notes. Null when none of them is there. */
export function deleteCommands(
  doc: GraphDoc,
  ids: Iterable<string>,
  { reconnect = false }: DeleteOptions = {},
): Command | null {
  const nodes = new Set<NodeId>();
  const commands: Command[] = [];
  const wires = new Set<EdgeId>();
  for (const id of ids) {
    if (Object.hasOwn(doc.meaning.nodes, id)) nodes.add(id as NodeId);
    else if (Object.hasOwn(doc.meaning.edges, id)) wires.add(id as EdgeId);
    else if (Object.hasOwn(doc.layout.frames, id)) commands.push({ kind: 'setFrame', id, frame: null });
    else if (Object.hasOwn(doc.layout.notes, id)) commands.push({ kind: 'setNote', id, note: null });
  }
  // Every wire by itself and before the nodes: otherwise each node would have to search all wires.
  const kept: Edge[] = [];
  for (const edge of Object.values(doc.meaning.edges)) {
    const isCut = wires.has(edge.id);
    const touches = nodes.has(edge.source.node) || nodes.has(edge.target.node);
    if (isCut || touches) commands.push({ kind: 'removeEdge', edge: edge.id });
    if (touches && !isCut) kept.push(edge);
  }
  for (const node of nodes) commands.push({ kind: 'removeNode', node });
  if (reconnect) for (const edge of bridges(doc, nodes, kept)) commands.push({ kind: 'addEdge', edge });
  return commands.length === 0 ? null : { kind: 'batch', commands };
}

/** For each connected group of deleted nodes with a single wire coming in, wires from that source to what the group fed. */
function bridges(doc: GraphDoc, deleted: ReadonlySet<NodeId>, edges: readonly Edge[]): Edge[] {
  const group = new Map<NodeId, NodeId>();
  const find = (id: NodeId): NodeId => {
    let root = id;
    for (let up = group.get(root); up !== undefined; up = group.get(root)) root = up;
    return root;
  };
  for (const { source, target } of edges) {
    if (!deleted.has(source.node) || !deleted.has(target.node)) continue;
    const [a, b] = [find(source.node), find(target.node)];
    if (a !== b) group.set(a, b);
  }
  const into = new Map<NodeId, Edge[]>();
  const outOf = new Map<NodeId, Edge[]>();
  const push = (map: Map<NodeId, Edge[]>, id: NodeId, edge: Edge) =>
    map.set(id, [...(map.get(id) ?? []), edge]);
  for (const edge of edges) {
    if (!deleted.has(edge.source.node)) push(into, find(edge.target.node), edge);
    else if (!deleted.has(edge.target.node)) push(outOf, find(edge.source.node), edge);
  }
  const fresh = idAllocator(doc);
  const result: Edge[] = [];
  for (const [root, sources] of into) {
    if (sources.length !== 1) continue;
    for (const { target, order } of outOf.get(root) ?? []) {
      result.push({ id: edgeId(fresh('e')), source: sources[0]!.source, target, order });
    }
  }
  return result;
}

export interface Ports {
  readonly input: string;
  readonly output: string;
}

/** Puts a node, new or already in the document, into a wire. The wire behind it keeps its place at the port. */
export function insertOnEdgeCommands(
  doc: GraphDoc,
  edge: EdgeId,
  node: GraphNode,
  position: Position | null = null,
  ports: Ports = { input: 'input', output: 'output' },
): Command | null {
  const wire = own(doc.meaning.edges, edge);
  if (!wire || wire.source.node === node.id || wire.target.node === node.id) return null;
  const fresh = idAllocator(doc);
  const commands: Command[] = [{ kind: 'removeEdge', edge }];
  if (!Object.hasOwn(doc.meaning.nodes, node.id)) {
    commands.unshift({ kind: 'addNode', node, position: position ?? middle(doc, wire) });
  }
  commands.push({
    kind: 'addEdge',
    edge: {
      id: edgeId(fresh('e')),
      source: wire.source,
      target: { node: node.id, port: ports.input },
      order: 0,
    },
  });
  commands.push({
    kind: 'addEdge',
    edge: {
      id: edgeId(fresh('e')),
      source: { node: node.id, port: ports.output },
      target: wire.target,
      order: wire.order,
    },
  });
  return { kind: 'batch', commands };
}

function middle(doc: GraphDoc, { source, target }: Edge): Position {
  const a = own(doc.layout.positions, source.node) ?? { x: 0, y: 0 };
  const b = own(doc.layout.positions, target.node) ?? a;
  return { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2) };
}

/** Another type and config under the same id, place, title and wires; wires to ports that `keeps` refuses are dropped. */
export function replaceNodeCommands(
  doc: GraphDoc,
  id: NodeId,
  replacement: Pick<GraphNode, 'type' | 'typeVersion' | 'config'>,
  keeps: (edge: Edge) => boolean = () => true,
): Command | null {
  const node = own(doc.meaning.nodes, id);
  if (!node) return null;
  const edges = Object.values(doc.meaning.edges).filter(
    (edge) => edge.source.node === id || edge.target.node === id,
  );
  const position = own(doc.layout.positions, id) ?? { x: 0, y: 0 };
  return {
    kind: 'batch',
    commands: [
      { kind: 'removeNode', node: id },
      { kind: 'addNode', node: { ...node, ...replacement }, position },
      ...edges.filter(keeps).map((edge): Command => ({ kind: 'addEdge', edge })),
    ],
  };
}
