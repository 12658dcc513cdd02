import { describe, expect, it } from 'vitest';
import { apply } from '../../graph/apply';
import { nodeId } from '../../graph/document';
import { nodeType } from '../../nodes/index';
import { compiled, graph } from './graph-under-test';
import {
  addConnectedCommand,
  connectCommand,
  createNode,
  fittingPort,
  fittingTypes,
  freeSpot,
  insertionPorts,
  replacedEdge,
} from './wiring';

const port = (node: string, name: string) => ({ node: nodeId(node), port: name });
const chain = graph({ in: 'image-input', conv: 'conv-2d', flat: 'flatten', dense: 'dense' }, [
  'in > conv',
  'conv > flat',
  'flat > dense',
]);

describe('connectCommand', () => {
  it('takes the place of the wire at a port that holds one', () => {
    expect(replacedEdge(chain, port('dense', 'input'))?.source.node).toBe('flat');
    const { doc, inverse } = apply(
      chain,
      connectCommand(chain, port('conv', 'output'), port('dense', 'input')),
    );
    const into = Object.values(doc.meaning.edges).filter(({ target }) => target.node === 'dense');
    expect(into.map(({ source }) => source.node)).toEqual(['conv']);
    expect(apply(doc, inverse).doc.meaning).toEqual(chain.meaning);
  });

  it('adds to a port that holds many', () => {
    const sum = nodeType('add')!.inputs[0]!.name;
    const doc = graph({ a: 'image-input', b: 'image-input', sum: 'add' }, ['a > sum']);
    expect(replacedEdge(doc, port('sum', sum))).toBeNull();
    const next = apply(doc, connectCommand(doc, port('b', 'output'), port('sum', sum))).doc;
    expect(Object.values(next.meaning.edges).map(({ source }) => source.node)).toEqual(['a', 'b']);
  });
});

describe('what fits', () => {
  it('offers only types that take what flows', () => {
    const types = fittingTypes(chain, compiled(chain), port('in', 'output'), 'source').map(
      ({ type }) => type,
    );
    expect(types).toContain('conv-2d');
    expect(types).not.toContain('lstm');
    expect(types).not.toContain('image-input');
  });

  it('backwards offers only types that give something', () => {
    const types = fittingTypes(chain, compiled(chain), port('dense', 'input'), 'target').map(
      ({ type }) => type,
    );
    expect(types).toContain('flatten');
    expect(types).not.toContain('classification-output');
  });

  it('refuses a circle', () => {
    const conv = chain.meaning.nodes['conv']!;
    expect(fittingPort(chain, compiled(chain), conv, port('flat', 'output'), 'source')).toBeNull();
  });

  it('says through which ports a node goes into a wire', () => {
    const wire = Object.values(chain.meaning.edges).find(({ source }) => source.node === 'in')!;
    const pool = createNode(chain, nodeType('max-pooling-2d')!);
    expect(insertionPorts(chain, compiled(chain), pool, wire)).toEqual({ input: 'input', output: 'output' });
    const head = createNode(chain, nodeType('classification-output')!);
    expect(insertionPorts(chain, compiled(chain), head, wire)).toBeNull();
  });
});

it('adds a node and its wire as one edit', () => {
  const node = createNode(chain, nodeType('dropout')!);
  const from = { ref: port('dense', 'output'), side: 'source' as const };
  const { command, isConnected } = addConnectedCommand(chain, compiled(chain), node, { x: 0, y: 300 }, from);
  expect(isConnected).toBe(true);
  const { doc, inverse } = apply(chain, command);
  expect(Object.values(doc.meaning.edges).some(({ target }) => target.node === node.id)).toBe(true);
  expect(apply(doc, inverse).doc).toEqual(chain);
});

it('adds without a wire where none fits', () => {
  const node = createNode(chain, nodeType('lstm')!);
  const from = { ref: port('in', 'output'), side: 'source' as const };
  const { command, isConnected } = addConnectedCommand(chain, compiled(chain), node, { x: 0, y: 300 }, from);
  expect(isConnected).toBe(false);
  expect(apply(chain, command).doc.meaning.edges).toEqual(chain.meaning.edges);
});

describe('freeSpot', () => {
  it('keeps a free place and leaves a taken one downwards', () => {
    const dense = nodeType('dense');
    expect(freeSpot(chain, dense, { x: 0, y: 500 })).toEqual({ x: 0, y: 500 });
    const spot = freeSpot(chain, dense, { x: 10, y: 10 });
    expect(spot.x).toBe(10);
    expect(spot.y).toBeGreaterThanOrEqual(100);
  });

  it('never covers any of many', () => {
    let doc = graph({ d1: 'dense' });
    for (let count = 0; count < 12; count++) {
      const node = createNode(doc, nodeType('dense')!);
      const position = freeSpot(doc, nodeType('dense'), { x: 0, y: 0 });
      doc = apply(doc, { kind: 'addNode', node, position }).doc;
    }
    const rows = Object.values(doc.layout.positions).map(({ y }) => y);
    expect(new Set(rows).size).toBe(13);
  });
});
