/** Automatic layout, left to right, by dagre (network simplex on layers). Loaded with its first use. */
import dagre from '@dagrejs/dagre';
import type { GraphDoc, NodeId, Position } from '../../graph/document';
import { topology } from '../../graph/topology';
import { nodeType } from '../../nodes/index';
import { GRID, NODE_WIDTH, nodeHeight, portsOf } from './geometry';

const LANE = 5 * GRID;

/**
 * New places of `only` these nodes, or of all. The arranged part stays where it was: its top left corner does not move, so that a
 * selection is not thrown across the canvas.
 */
export function tidyPositions(
  doc: GraphDoc,
  only: readonly NodeId[] | null,
): { readonly [id: string]: Position } {
  const { nodes, edges } = doc.meaning;
  const chosen = new Set<string>(only ?? Object.keys(nodes));
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 2 * GRID, ranksep: 3 * GRID, edgesep: GRID });
  graph.setDefaultEdgeLabel(() => ({}));
  // Sorted, so that the same graph is drawn the same way whatever the order of its keys.
  for (const id of [...chosen].sort()) {
    const node = nodes[id];
    if (node)
      graph.setNode(id, { width: NODE_WIDTH, height: nodeHeight(portsOf(nodeType(node.type), [], [])) });
  }
  const inside = Object.fromEntries(Object.entries(nodes).filter(([id]) => chosen.has(id)));
  const { depth } = topology({ nodes: inside, edges });
  for (const { id, source, target } of Object.values(edges).sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (!graph.hasNode(source.node) || !graph.hasNode(target.node)) continue;
    // A wire is drawn straight from port to port, so one that skips columns needs a lane past the nodes in between: a stand-in in
    // every column, as high as a node, which dagre keeps clear of them.
    const first = depth.get(source.node) ?? 0;
    const last = depth.get(target.node) ?? 0;
    let from: string = source.node;
    for (let column = first + 1; column < last; column++) {
      const lane = `${id}/${column}`;
      graph.setNode(lane, { width: 1, height: LANE });
      graph.setEdge(from, lane, {}, lane);
      from = lane;
    }
    graph.setEdge(from, target.node, {}, id);
  }
  if (graph.nodeCount() === 0) return {};
  dagre.layout(graph);

  const corner = { x: Number.POSITIVE_INFINITY, y: Number.POSITIVE_INFINITY };
  const origin = { ...corner };
  const placed = graph
    .nodes()
    .filter((id) => chosen.has(id))
    .map((id) => {
      const { x, y, width, height } = graph.node(id);
      const place = { x: x - width / 2, y: y - height / 2 };
      const before = doc.layout.positions[id] ?? { x: 0, y: 0 };
      corner.x = Math.min(corner.x, place.x);
      corner.y = Math.min(corner.y, place.y);
      origin.x = Math.min(origin.x, before.x);
      origin.y = Math.min(origin.y, before.y);
      return [id, place] as const;
    });
  return Object.fromEntries(
    placed.map(([id, { x, y }]) => [
      id,
      { x: Math.round(x - corner.x + origin.x), y: Math.round(y - corner.y + origin.y) },
    ]),
  );
}
