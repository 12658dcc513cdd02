/** Writes a document as a short table of nodes and wires: what starters and lessons are made of. */
import { type Config, edgeId, type GraphDoc, nodeId } from '../graph/document';
import { emptyDocument, newNode } from '../graph/new-document';
import type { TrainingSettings } from '../graph/training-settings';
import { defaultConfig } from '../nodes/fields';
import { nodeType } from '../nodes/index';

export interface ProjectNode {
  readonly id: string;
  readonly type: string;
  readonly title?: string;
  /** Only what differs from the defaults. */
  readonly config?: Config;
  /** Column and row on the canvas; rows may be halves. */
  readonly at: readonly [column: number, row: number];
}

export interface ProjectTable {
  readonly name: string;
  readonly dataset: string;
  readonly training: Partial<TrainingSettings>;
  readonly nodes: readonly ProjectNode[];
  /** `'a > b'` joins output to input; `'a > b.members'` names the port; several of one port count in order. */
  readonly wires: readonly string[];
}

const COLUMN = 264;
const ROW = 150;

export function project({ name, dataset, training, nodes, wires }: ProjectTable): GraphDoc {
  const empty = emptyDocument(name);
  const made = nodes.map(({ id, type, title = '', config = {} }) => {
    const found = nodeType(type);
    if (!found) throw new Error(`No node type ${type}`);
    const full = { ...defaultConfig(found.fields), ...config } as Config;
    return { ...newNode(type, found.version, full, id), title };
  });
  const taken = new Set<string>();
  const edges = wires.map((wire, order) => {
    const [from = '', to = ''] = wire.split(' > ');
    const [target = '', port = 'input'] = to.split('.');
    // Two wires between the same nodes end at different ports.
    const short = `e-${from}-${target}`;
    const id = taken.has(short) ? `${short}-${port}` : short;
    taken.add(id);
    return {
      id: edgeId(id),
      source: { node: nodeId(from), port: 'output' },
      target: { node: nodeId(target), port },
      order,
    };
  });
  return {
    ...empty,
    meaning: {
      nodes: Object.fromEntries(made.map((node) => [node.id, node])),
      edges: Object.fromEntries(edges.map((edge) => [edge.id, edge])),
      dataset: { id: dataset },
      training: { ...empty.meaning.training, ...training },
    },
    layout: {
      ...empty.layout,
      positions: Object.fromEntries(
        nodes.map(({ id, at: [column, row] }) => [id, { x: column * COLUMN, y: row * ROW }]),
      ),
    },
  };
}
