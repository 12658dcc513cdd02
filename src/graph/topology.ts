/**
 * Who is connected to whom: an index built once per set of nodes and edges, in linear time apart from sorting. Dangling edges
 * (possible in documents made by hand) are left out. Orders depend on ids, never on the order of keys, so undo cannot
 * change which weights a seed gives.
 */
import type { Edge, Meaning, NodeId } from './document';

export interface Topology {
  /** Edges into and out of each node, ascending by `order`, ties by id. */
  incoming(node: NodeId): readonly Edge[];
  outgoing(node: NodeId): readonly Edge[];
  /** Those that end at one port, in port order. */
  into(node: NodeId, port: string): readonly Edge[];
  outOf(node: NodeId, port: string): readonly Edge[];
  /** Every node that no cycle feeds, sources first. */
  readonly order: readonly NodeId[];
  /** Nodes that lie on a cycle. */
  readonly cyclic: ReadonlySet<NodeId>;
  /** All nodes that feed this one, directly or not; itself only if it lies on a cycle. */
  ancestors(node: NodeId): ReadonlySet<NodeId>;
  descendants(node: NodeId): ReadonlySet<NodeId>;
  /** Longest way from a source, in edges; nodes on or behind a cycle have none. */
  readonly depth: ReadonlyMap<NodeId, number>;
}

const NONE: readonly Edge[] = [];

const byOrder = (a: Edge, b: Edge): number => a.order - b.order || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export function topology(meaning: Pick<Meaning, 'nodes' | 'edges'>): Topology {
  const ids = (Object.keys(meaning.nodes) as NodeId[]).sort();
  const incoming = new Map<NodeId, Edge[]>();
  const outgoing = new Map<NodeId, Edge[]>();
  for (const id of ids) {
    incoming.set(id, []);
    outgoing.set(id, []);
  }
  for (const edge of Object.values(meaning.edges).sort(byOrder)) {
    const out = outgoing.get(edge.source.node);
    const into = incoming.get(edge.target.node);
    if (!out || !into) continue;
    out.push(edge);
    into.push(edge);
  }
  const { order, depth } = sourcesFirst(ids, incoming, outgoing);
  const isOrdered = new Set(order);
  return {
    incoming: (node) => incoming.get(node) ?? NONE,
    outgoing: (node) => outgoing.get(node) ?? NONE,
    into: (node, port) => incoming.get(node)?.filter((edge) => edge.target.port === port) ?? NONE,
    outOf: (node, port) => outgoing.get(node)?.filter((edge) => edge.source.port === port) ?? NONE,
    order,
    depth,
    cyclic: nodesOnCycles(
      ids.filter((id) => !isOrdered.has(id)),
      outgoing,
    ),
    ancestors: (node) => reach(node, incoming, (edge) => edge.source.node),
    descendants: (node) => reach(node, outgoing, (edge) => edge.target.node),
  };
}

/** Kahn's algorithm; stops in front of every cycle. */
function sourcesFirst(ids: readonly NodeId[], incoming: Map<NodeId, Edge[]>, outgoing: Map<NodeId, Edge[]>) {
  const waitingFor = new Map(ids.map((id) => [id, incoming.get(id)!.length]));
  const depth = new Map<NodeId, number>();
  const order = ids.filter((id) => waitingFor.get(id) === 0);
  for (const id of order) depth.set(id, 0);
  const deepest = new Map<NodeId, number>();
  // `order` grows while it is walked: it is the queue as well as the result.
  for (let at = 0; at < order.length; at++) {
    const id = order[at]!;
    const below = depth.get(id)! + 1;
    for (const { target } of outgoing.get(id)!) {
      deepest.set(target.node, Math.max(deepest.get(target.node) ?? 0, below));
      const left = waitingFor.get(target.node)! - 1;
      waitingFor.set(target.node, left);
      if (left > 0) continue;
      depth.set(target.node, deepest.get(target.node)!);
      order.push(target.node);
    }
  }
  return { order, depth };
}

/**
 * Tarjan's strongly connected components (R. Tarjan, 1972), with an explicit stack because a chain of thousands of nodes
 * would overflow the call stack. A component is a cycle when it has two nodes, or one with a wire to itself.
 */
function nodesOnCycles(candidates: readonly NodeId[], outgoing: Map<NodeId, Edge[]>): ReadonlySet<NodeId> {
  const cyclic = new Set<NodeId>();
  const index = new Map<NodeId, number>();
  const low = new Map<NodeId, number>();
  const component: NodeId[] = [];
  const inComponent = new Set<NodeId>();
  const enter = (id: NodeId) => {
    index.set(id, index.size);
    low.set(id, index.get(id)!);
    component.push(id);
    inComponent.add(id);
    return { id, next: 0 };
  };
  for (const root of candidates) {
    if (index.has(root)) continue;
    const path = [enter(root)];
    while (path.length > 0) {
      const top = path.at(-1)!;
      const edge = outgoing.get(top.id)![top.next++];
      if (edge) {
        const to = edge.target.node;
        if (!index.has(to)) path.push(enter(to));
        else if (inComponent.has(to)) low.set(top.id, Math.min(low.get(top.id)!, index.get(to)!));
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) low.set(parent.id, Math.min(low.get(parent.id)!, low.get(top.id)!));
      if (low.get(top.id) !== index.get(top.id)) continue;
      const members = component.splice(component.lastIndexOf(top.id));
      for (const member of members) inComponent.delete(member);
      const loops = outgoing.get(top.id)!.some((wire) => wire.target.node === top.id);
      if (members.length > 1 || loops) for (const member of members) cyclic.add(member);
    }
  }
  return cyclic;
}

function reach(
  start: NodeId,
  edges: Map<NodeId, Edge[]>,
  across: (edge: Edge) => NodeId,
): ReadonlySet<NodeId> {
  const seen = new Set<NodeId>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const edge of edges.get(id) ?? NONE) {
      const next = across(edge);
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}
