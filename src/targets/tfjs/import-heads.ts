/**
 * Outputs of an imported model → heads. Our heads take logits and bring softmax or sigmoid with them, so a last activation of that
 * kind moves from the layer into the head; the prediction stays the same.
 */
import { apply } from '../../graph/apply';
import type { Command } from '../../graph/command';
import {
  type Config,
  edgeId,
  type GraphDoc,
  type GraphNode,
  nodeId,
  type PortRef,
} from '../../graph/document';
import { newNode } from '../../graph/new-document';
import { topology } from '../../graph/topology';
import { defaultConfig } from '../../nodes/fields';
import { nodeType } from '../../nodes/index';

/** `outputs`: node ids. An output whose meaning is not clear (an image, features) gets no head. */
export function attachHeads(
  doc: GraphDoc,
  outputs: readonly string[],
  fresh: (prefix: string) => string,
): GraphDoc {
  let current = doc;
  for (const id of new Set(outputs)) {
    const node = current.meaning.nodes[id];
    const graph = topology(current.meaning);
    if (!node || graph.outgoing(node.id).length > 0) continue;
    const head = headOf(node, graph.incoming(node.id)[0]?.source ?? null, isPerStep(current, node));
    if (!head) continue;
    const type = nodeType(head.type)!;
    const config = { ...(defaultConfig(type.fields) as Config), projection: false };
    const headId = fresh(head.type);
    const commands: Command[] = [
      ...head.before,
      { kind: 'addNode', node: newNode(head.type, type.version, config, headId), position: { x: 0, y: 0 } },
      {
        kind: 'addEdge',
        edge: {
          id: edgeId(fresh('e')),
          source: head.from,
          target: { node: nodeId(headId), port: 'input' },
          order: 0,
        },
      },
    ];
    current = apply(current, { kind: 'batch', commands }).doc;
  }
  return current;
}

interface Head {
  readonly type: string;
  readonly from: PortRef;
  /** Takes the activation off. */
  readonly before: readonly Command[];
}

function headOf(node: GraphNode, source: PortRef | null, perStep: boolean): Head | null {
  const { activation, units } = node.config;
  const type = (): string | null => {
    if (activation === 'softmax') return perStep ? 'tagging-output' : 'classification-output';
    if (perStep) return null;
    if (activation === 'sigmoid') return units === 1 || node.type === 'activation' ? 'binary-output' : null;
    return activation === 'linear' && node.type === 'dense' ? 'regression-output' : null;
  };
  const head = type();
  if (!head) return null;
  const own: PortRef = { node: node.id, port: 'output' };
  if (node.type === 'activation' && source) {
    return { type: head, from: source, before: [{ kind: 'removeNode', node: node.id }] };
  }
  if (node.type !== 'dense') return null;
  return {
    type: head,
    from: own,
    before: [{ kind: 'setConfig', node: node.id, config: { activation: 'linear' } }],
  };
}

const TO_VECTOR = ['flatten', 'global-average-pooling', 'global-max-pooling', 'numbers-input'];
const RECURRENT = ['simple-rnn', 'lstm', 'gru'];

/** Does one answer per step come out? Looked for backwards, up to where steps end or begin. */
function isPerStep(doc: GraphDoc, node: GraphNode): boolean {
  const graph = topology(doc.meaning);
  const seen = new Set<string>();
  for (let at: GraphNode | undefined = node; at && !seen.has(at.id); ) {
    seen.add(at.id);
    if (TO_VECTOR.includes(at.type)) return false;
    if (RECURRENT.includes(at.type)) return at.config['returnSequences'] === true;
    if (at.type === 'reshape')
      return Array.isArray(at.config['targetShape']) && at.config['targetShape'].length > 1;
    const source: PortRef | undefined = graph.incoming(at.id)[0]?.source;
    if (!source) return at.type === 'tokens-input' || at.type === 'sequence-input';
    at = doc.meaning.nodes[source.node];
  }
  return false;
}
