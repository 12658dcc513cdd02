import { describe, expect, it } from 'vitest';
import { type GraphDoc, nodeId } from '../../graph/document';
import { nodeType } from '../../nodes/index';
import { NODE_WIDTH, nodeHeight, portsOf, portY } from './geometry';
import { graph } from './graph-under-test';
import { tidyPositions } from './tidy';

const residual = graph(
  { in: 'image-input', a: 'conv-2d', b: 'conv-2d', c: 'conv-2d', sum: 'add', flat: 'flatten' },
  ['in > a', 'a > b', 'b > c', 'c > sum', 'a > sum', 'sum > flat'],
);
const portsIn = (doc: GraphDoc, id: string) => portsOf(nodeType(doc.meaning.nodes[id]!.type), [], []);

describe('tidyPositions', () => {
  const places = tidyPositions(residual, null);

  it('goes from left to right along every wire', () => {
    for (const { source, target } of Object.values(residual.meaning.edges)) {
      expect(places[target.node]!.x).toBeGreaterThanOrEqual(places[source.node]!.x + NODE_WIDTH);
    }
  });

  it('lets no node cover another', () => {
    const boxes = Object.entries(places).map(([id, at]) => ({
      id,
      ...at,
      height: nodeHeight(portsIn(residual, id)),
    }));
    for (const one of boxes) {
      for (const other of boxes) {
        if (one.id === other.id) continue;
        const overlaps =
          Math.abs(one.x - other.x) < NODE_WIDTH &&
          one.y < other.y + other.height &&
          other.y < one.y + one.height;
        expect(overlaps, `${one.id} and ${other.id}`).toBe(false);
      }
    }
  });

  it('leads a wire that skips columns past the nodes between', () => {
    const from = places['a']!.y + portY(portsIn(residual, 'a'), 0);
    const to = places['sum']!.y + portY(portsIn(residual, 'sum'), 0);
    for (const id of ['b', 'c']) {
      const top = places[id]!.y;
      const bottom = top + nodeHeight(portsIn(residual, id));
      const middle = (from + to) / 2;
      expect(middle < top || middle > bottom, id).toBe(true);
    }
  });

  it('gives the same answer for the same graph in another order', () => {
    const reversed = Object.fromEntries(Object.entries(residual.meaning.nodes).reverse());
    const doc = { ...residual, meaning: { ...residual.meaning, nodes: reversed } };
    expect(tidyPositions(doc, null)).toEqual(places);
  });

  it('moves only what was chosen and keeps its corner', () => {
    const some = tidyPositions(residual, [nodeId('b'), nodeId('c')]);
    expect(Object.keys(some).sort()).toEqual(['b', 'c']);
    expect(Math.min(some['b']!.x, some['c']!.x)).toBe(residual.layout.positions['b']!.x);
  });

  it('has nothing to do for an empty document', () => {
    expect(tidyPositions(graph({}), null)).toEqual({});
  });
});
