/** What helps against a loss that is not a number, besides a lower rate: each remedy as one undoable edit. */
import type { CompileResult } from '../../compile/result';
import type { FailureCause } from '../../engine/run-event';
import type { Command } from '../../graph/command';
import type { GraphDoc, NodeId } from '../../graph/document';
import { insertOnEdgeCommands } from '../../graph/rewire';
import type { Text } from '../../graph/text';
import { nonFiniteMessages as words } from '../../messages/preflight';
import { nodeType } from '../../nodes/index';
import { createNode, insertionPorts } from '../canvas/wiring';

export interface NonFiniteRemedy {
  readonly text: Text;
  /** A node whose title belongs in the text, a type whose title does, a number. */
  readonly node?: NodeId;
  readonly type?: Text;
  readonly limit?: number;
  readonly command: Command;
}

type NonFinite = Extract<FailureCause, { kind: 'non-finite' }>;

/** The norm that most recipes clip to. */
const CLIP_NORM = 1;
/** Per channel over an image, per row elsewhere; which of the two fits into the wire is tried. */
const NORMALIZATIONS = {
  image: ['batch-normalization', 'layer-normalization'],
  other: ['layer-normalization', 'batch-normalization'],
} as const;

export function nonFiniteRemedies(
  doc: GraphDoc,
  compiled: CompileResult,
  { part }: NonFinite,
  node: NodeId | null,
): readonly NonFiniteRemedy[] {
  const remedies: NonFiniteRemedy[] = [];
  const { clipping } = doc.meaning.training;
  if (part !== 'data' && part !== 'weights' && (clipping?.kind !== 'norm' || clipping.limit > CLIP_NORM)) {
    remedies.push({
      ...{ text: words.clip, limit: CLIP_NORM },
      command: { kind: 'setTraining', training: { clipping: { kind: 'norm', limit: CLIP_NORM } } },
    });
  }
  remedies.push(...unscaled(doc));
  const inserted = part !== 'data' && node ? normalization(doc, compiled, node) : null;
  return inserted ? [...remedies, inserted] : remedies;
}

/** Columns and targets that go into the network in their own units. */
function unscaled({ meaning }: GraphDoc): NonFiniteRemedy[] {
  return Object.values(meaning.nodes).flatMap(({ id, type, config }): NonFiniteRemedy[] => {
    const fields = nodeType(type)?.fields ?? {};
    if ('scale' in fields && config['scale'] === 'none') {
      const command = { kind: 'setConfig', node: id, config: { scale: 'standard' } } as const;
      return [{ text: words.scale, node: id, command }];
    }
    if ('standardise' in fields && config['standardise'] === false) {
      const command = { kind: 'setConfig', node: id, config: { standardise: true } } as const;
      return [{ text: words.standardise, node: id, command }];
    }
    return [];
  });
}

/** Before the node that went out of range, unless one is there already. */
function normalization(doc: GraphDoc, compiled: CompileResult, node: NodeId): NonFiniteRemedy | null {
  const wire = Object.values(doc.meaning.edges).find(({ target }) => target.node === node);
  if (!wire) return null;
  const before = doc.meaning.nodes[wire.source.node];
  if (before && nodeType(before.type)?.family === 'normalization') return null;
  const flow = compiled.shapes.get(`${wire.source.node}:${wire.source.port}`)?.flow;
  for (const id of NORMALIZATIONS[flow === 'image' ? 'image' : 'other']) {
    const type = nodeType(id);
    if (!type) continue;
    const made = createNode(doc, type);
    const ports = insertionPorts(doc, compiled, made, wire);
    const command = ports && insertOnEdgeCommands(doc, wire.id, made, null, ports);
    if (command) return { text: words.normalize, node, type: type.title, command };
  }
  return null;
}
