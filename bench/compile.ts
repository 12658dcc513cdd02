/**
 * Compile time against graph size: from nothing, after one edit in the middle (what a keystroke in the inspector costs), and the
 * question that is asked while a wire is dragged.
 */
import { canConnect } from '../src/compile/can-connect';
import { compile } from '../src/compile/index';
import type { CompileResult } from '../src/compile/result';
import { apply } from '../src/graph/apply';
import { type GraphDoc, nodeId } from '../src/graph/document';
import type { DatasetSchema } from '../src/graph/schema';
import { type ProjectNode, project } from '../src/lessons/project';
import { report, time } from './report';

const SCHEMA: DatasetSchema = {
  id: 'images',
  title: { en: 'Images', zh: '图像' },
  rows: 1000,
  columns: [
    { kind: 'image', name: 'image', height: 28, width: 28, channels: 1 },
    { kind: 'category', name: 'label', classes: ['a', 'b', 'c'], counts: [400, 300, 300], missing: 0 },
  ],
  target: 'label',
  sequence: null,
  fixedTestRows: 0,
};

/** A residual network of about `size` nodes: blocks of two convolutions, a normalization and an addition. */
export function residualGraph(size: number): GraphDoc {
  const nodes: ProjectNode[] = [
    { id: 'image', type: 'image-input', at: [0, 0] },
    { id: 'stem', type: 'conv-2d', config: { filters: 8, padding: 'same' }, at: [1, 0] },
  ];
  const wires = ['image > stem'];
  let last = 'stem';
  for (let block = 0; nodes.length + 6 <= size; block++) {
    const name = (part: string): string => `${part}${block}`;
    const column = 2 + block * 3;
    nodes.push(
      { id: name('a'), type: 'conv-2d', config: { filters: 8, padding: 'same' }, at: [column, 0] },
      { id: name('n'), type: 'batch-normalization', at: [column + 1, 0] },
      {
        id: name('b'),
        type: 'conv-2d',
        config: { filters: 8, padding: 'same', activation: 'linear' },
        at: [column + 1, 1],
      },
      { id: name('sum'), type: 'add', at: [column + 2, 0] },
    );
    wires.push(`${last} > ${name('a')}`, `${name('a')} > ${name('n')}`, `${name('n')} > ${name('b')}`);
    wires.push(`${name('b')} > ${name('sum')}.inputs`, `${last} > ${name('sum')}.inputs`);
    last = name('sum');
  }
  nodes.push(
    { id: 'pool', type: 'global-average-pooling', at: [2, 2] },
    { id: 'out', type: 'classification-output', at: [3, 2] },
  );
  wires.push(`${last} > pool`, 'pool > out');
  return project({ name: `${size} nodes`, dataset: 'images', training: {}, nodes, wires });
}

/** From the first node to the last, which are far apart, so that the search for a circle goes through the whole graph. */
function mayConnect(doc: GraphDoc, compiled: CompileResult): number {
  const wire = (from: string, to: string) =>
    canConnect(doc, compiled, { node: nodeId(from), port: 'output' }, { node: nodeId(to), port: 'input' });
  if (wire('pool', 'stem')?.code !== 'cycle') throw new Error('A circle was not seen');
  return time(15, 5, () => void wire('pool', 'stem'));
}

export function benchCompile(): void {
  const rows = [10, 100, 1000, 5000].map((size) => {
    const doc = residualGraph(size);
    const fresh = (): GraphDoc => structuredClone(doc);
    const copies = Array.from({ length: 12 }, fresh);
    const first = compile(doc, SCHEMA);
    if (!first.plan)
      throw new Error(`The graph of ${size} nodes does not compile: ${JSON.stringify(first.diagnostics[0])}`);
    const full = time(5, 2, (run) => void compile(copies[run < 0 ? 5 - run : run]!, SCHEMA));
    const middle = nodeId(`a${Math.floor(size / 10)}`);
    const edited = doc.meaning.nodes[middle] ? middle : nodeId('stem');
    const edit = (key: string, values: readonly (string | number)[]): number => {
      let at = doc;
      return time(15, 5, (run) => {
        at = apply(at, {
          kind: 'setConfig',
          node: edited,
          config: { [key]: values[Math.abs(run) % 2]! },
        }).doc;
        compile(at, SCHEMA);
      });
    };
    return {
      nodes: Object.keys(doc.meaning.nodes).length,
      'from nothing, ms': full,
      'edit, shapes unchanged, ms': edit('activation', ['relu', 'tanh']),
      'edit that breaks a block, ms': edit('filters', [8, 9]),
      'canConnect, ms': mayConnect(doc, first),
    };
  });
  report('Compile time against graph size', rows);
}
