/** New documents, new nodes, and ids: short, readable in a diff, unique in the document, and the same for the same document. */
import {
  type Config,
  type Edge,
  edgeId,
  FORMAT_VERSION,
  type GraphDoc,
  type GraphNode,
  nodeId,
  type PortRef,
} from './document';
import { DEFAULT_TRAINING } from './training-settings';

export function emptyDocument(name: string): GraphDoc {
  return {
    format: 'weft',
    version: FORMAT_VERSION,
    name,
    meaning: { nodes: {}, edges: {}, dataset: null, training: DEFAULT_TRAINING },
    layout: { positions: {}, frames: {}, notes: {} },
  };
}

/** Without an id yet unless one is given: `newNode('dense', 1, config, freshId(doc, 'dense'))`. */
export function newNode(type: string, typeVersion: number, config: Config, id: string = type): GraphNode {
  return { id: nodeId(id), type, typeVersion, title: '', config };
}

/** `dense`, `dense-2`, `dense-3`, …: the first that no node, edge, frame or note of the document has. */
export function freshId(doc: GraphDoc, prefix: string): string {
  return idAllocator(doc)(prefix);
}

/** Gives many fresh ids, none twice; linear in the number given. */
export function idAllocator(doc: GraphDoc): (prefix: string) => string {
  const { nodes, edges } = doc.meaning;
  const tables = [nodes, edges, doc.layout.frames, doc.layout.notes];
  const next = new Map<string, number>();
  const given = new Set<string>();
  return (wanted) => {
    const prefix = legalPrefix(wanted);
    for (let count = next.get(prefix) ?? 1; ; count++) {
      const id = count === 1 ? prefix : `${prefix}-${count}`;
      if (given.has(id) || tables.some((table) => Object.hasOwn(table, id))) continue;
      given.add(id);
      next.set(prefix, count + 1);
      return id;
    }
  };
}

/** What ids in a document may look like: plan ids and shape keys put `/`, `#` and `:` after them. */
export const LEGAL_ID = /^[\p{L}\p{N}_-]{1,80}$/u;

/** The type id or layer name as the start of an id; a count at its end is dropped so that copies do not pile up counts. */
function legalPrefix(wanted: string): string {
  const cleaned = wanted
    .replace(/[^\p{L}\p{N}_-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return cleaned === '' || cleaned === '__proto__' ? 'node' : cleaned;
}

/** A wire with a fresh id, placed after the wires that already end at this port. */
export function newEdge(
  doc: GraphDoc,
  source: PortRef,
  target: PortRef,
  id: string = freshId(doc, 'e'),
): Edge {
  return { id: edgeId(id), source, target, order: nextOrder(doc, target) };
}

function nextOrder(doc: GraphDoc, target: PortRef): number {
  let order = 0;
  for (const edge of Object.values(doc.meaning.edges)) {
    if (edge.target.node === target.node && edge.target.port === target.port)
      order = Math.max(order, edge.order + 1);
  }
  return order;
}
