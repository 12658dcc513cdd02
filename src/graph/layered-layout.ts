/**
 * Positions for nodes that have none (files written by hand, imported models): columns by depth from left to right, each
 * column ordered by the mean row of what feeds it (the barycentre step of Sugiyama's method, one sweep). Linear apart from sorting; the
 * canvas's own "tidy up" does better and is optional.
 */
import type { Meaning, NodeId, Position } from './document';
import { topology } from './topology';

/** Room for a node of the canvas and its wire, in canvas units. */
const COLUMN_WIDTH = 260;
const ROW_HEIGHT = 130;

export function layeredPositions(meaning: Pick<Meaning, 'nodes' | 'edges'>): {
  readonly [id: string]: Position;
} {
  const graph = topology(meaning);
  const columns: NodeId[][] = [];
  for (const id of graph.order) {
    const depth = graph.depth.get(id)!;
    columns[depth] ??= [];
    columns[depth].push(id);
  }
  // What hangs on a cycle has no depth and stands in one column at the end.
  const rest = (Object.keys(meaning.nodes) as NodeId[]).filter((id) => !graph.depth.has(id)).sort();
  if (rest.length > 0) columns.push(rest);

  const positions: Record<string, Position> = {};
  const row = new Map<NodeId, number>();
  columns.forEach((column, at) => {
    const wish = new Map(
      column.map((id, index) => {
        const rows = graph.incoming(id).map((edge) => row.get(edge.source.node) ?? 0);
        return [id, rows.length === 0 ? index : rows.reduce((sum, value) => sum + value, 0) / rows.length];
      }),
    );
    const sorted = [...column].sort((a, b) => wish.get(a)! - wish.get(b)!);
    // A column is centred on the mean row of its sources, so a plain chain is a straight line.
    const middle = [...wish.values()].reduce((sum, value) => sum + value, 0) / sorted.length;
    sorted.forEach((id, index) => {
      const y = at === 0 ? index : middle + index - (sorted.length - 1) / 2;
      row.set(id, y);
      positions[id] = { x: at * COLUMN_WIDTH, y: Math.round(y * ROW_HEIGHT) };
    });
  });
  return positions;
}
