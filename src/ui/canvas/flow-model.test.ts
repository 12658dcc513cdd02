import { describe, expect, it } from 'vitest';
import { apply } from '../../graph/apply';
import type { Command } from '../../graph/command';
import { type GraphDoc, nodeId } from '../../graph/document';
import { type CardNode, createFlowModel, type FlowModelInput } from './flow-model';
import { compiled, graph } from './graph-under-test';

const start = graph({ in: 'image-input', conv: 'conv-2d', flat: 'flatten', dense: 'dense' }, [
  'in > conv',
  'conv > flat',
  'flat > dense',
]);
const nodeLabel: FlowModelInput['nodeLabel'] = ({ node }) => node.id;
const edgeLabel: FlowModelInput['edgeLabel'] = ({ id }) => id;
const input = (doc: GraphDoc, more: Partial<FlowModelInput> = {}): FlowModelInput => ({
  doc,
  compiled: compiled(doc),
  selectedNodes: new Set(),
  selectedEdges: new Set(),
  dragged: null,
  nodeLabel,
  edgeLabel,
  ...more,
});
const edit = (command: Command) => apply(start, command).doc;

/** Ids of the objects that are new in the second drawing: what React renders again. */
function changed(second: FlowModelInput, first: FlowModelInput = input(start)) {
  const model = createFlowModel();
  const before = model(first);
  const after = model(second);
  const known = new Set<object>([...before.nodes, ...before.edges]);
  const fresh = (list: readonly { readonly id: string }[]) =>
    list.filter((each) => !known.has(each)).map(({ id }) => id);
  return { nodes: fresh(after.nodes), edges: fresh(after.edges), drawn: after };
}

describe('identity', () => {
  it('is kept for everything when the same meaning is compiled again', () => {
    expect(changed(input(start))).toMatchObject({ nodes: [], edges: [] });
  });

  it('changes for the moved node only', () => {
    const doc = edit({ kind: 'moveNodes', positions: { flat: { x: 5, y: 7 } } });
    expect(changed(input(doc))).toMatchObject({ nodes: ['flat'], edges: [] });
  });

  it('changes for the dragged node only, and the document is not asked', () => {
    const dragged = new Map([['conv', { x: 1, y: 2 }]]);
    const { nodes, drawn } = changed(input(start, { dragged }));
    expect(nodes).toEqual(['conv']);
    expect(drawn.nodes.find(({ id }) => id === 'conv')!.position).toEqual({ x: 1, y: 2 });
  });

  it('changes for what is selected only', () => {
    expect(changed(input(start, { selectedNodes: new Set(['in']) }))).toMatchObject({
      nodes: ['in'],
      edges: [],
    });
  });

  it('changes for what an edit reaches downstream, not upstream', () => {
    const doc = edit({ kind: 'setConfig', node: nodeId('conv'), config: { filters: 7 } });
    const { nodes } = changed(input(doc));
    expect(nodes).toContain('conv');
    expect(nodes).toContain('flat');
    const shapes = (drawn: readonly { readonly id: string }[], id: string) =>
      (drawn.find((each) => each.id === id) as CardNode).data.shapes;
    expect(shapes(changed(input(doc)).drawn.nodes, 'in')).toEqual(['28×28×1']);
  });
});

it('gives every wire both its ends, at the dots of the nodes', () => {
  const { nodes, edges } = createFlowModel()(input(start));
  for (const edge of edges) {
    const handle = (id: string, port: string, type: string) =>
      nodes.find((node) => node.id === id)!.handles?.some((each) => each.id === port && each.type === type);
    expect(handle(edge.source, edge.sourceHandle!, 'source')).toBe(true);
    expect(handle(edge.target, edge.targetHandle!, 'target')).toBe(true);
  }
});

it('draws ports that only wires know: an unknown type keeps its wires', () => {
  const doc = graph({ in: 'image-input', odd: 'from-the-future' });
  const command: Command = {
    kind: 'addEdge',
    edge: {
      id: 'e9' as never,
      source: { node: nodeId('in'), port: 'output' },
      target: { node: nodeId('odd'), port: 'left' },
      order: 0,
    },
  };
  const { nodes } = createFlowModel()(input(apply(doc, command).doc));
  const odd = nodes.find(({ id }) => id === 'odd') as CardNode;
  expect(odd.data.ports).toEqual({ inputs: ['left'], outputs: [] });
});
