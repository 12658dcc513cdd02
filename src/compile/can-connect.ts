/**
 * The one question the canvas asks while a wire is dragged: may this output go there, and if not, why. Flow, rank and circles are
 * refused; sizes that do not match are not: such a wire is drawn, explained and repaired.
 */
import type { Problem } from '../graph/diagnostic';
import type { GraphDoc, NodeId, PortRef } from '../graph/document';
import { nodeType } from '../nodes/index';
import { checkPort } from './analysis';
import type { CompileResult } from './result';

export function canConnect(
  doc: Pick<GraphDoc, 'meaning'>,
  compiled: CompileResult,
  source: PortRef,
  target: PortRef,
): Problem | null {
  const { nodes, edges } = doc.meaning;
  const from = nodes[source.node];
  const to = nodes[target.node];
  if (!from || !to) return { code: 'dangling-edge' };
  if (source.node === target.node) return { code: 'cycle', nodes: [source.node] };
  const output = nodeType(from.type)?.outputs.find((port) => port.name === source.port);
  const input = nodeType(to.type)?.inputs.find((port) => port.name === target.port);
  if (!output) return { code: 'unknown-port', port: source.port };
  if (!input) return { code: 'unknown-port', port: target.port };
  const path = pathBetween(doc, target.node, source.node);
  if (path) return { code: 'cycle', nodes: path };
  const isDrawn = Object.values(edges).some(
    (edge) =>
      edge.source.node === source.node &&
      edge.source.port === source.port &&
      edge.target.node === target.node &&
      edge.target.port === target.port,
  );
  if (isDrawn) return { code: 'too-many-edges', port: target.port };
  const fact = compiled.shapes.get(`${source.node}:${source.port}`);
  return fact ? checkPort(input, fact) : null;
}

/** Nodes along some path from one node to another, both ends included. */
function pathBetween({ meaning }: Pick<GraphDoc, 'meaning'>, from: NodeId, to: NodeId): NodeId[] | null {
  const next = new Map<NodeId, NodeId[]>();
  for (const { source, target } of Object.values(meaning.edges)) {
    const list = next.get(source.node);
    if (list) list.push(target.node);
    else next.set(source.node, [target.node]);
  }
  const cameFrom = new Map<NodeId, NodeId | null>([[from, null]]);
  const waiting = [from];
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    if (at === to) {
      const path: NodeId[] = [];
      for (let step: NodeId | null = at; step !== null; step = cameFrom.get(step) ?? null) path.unshift(step);
      return path;
    }
    for (const target of next.get(at) ?? []) {
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, at);
      waiting.push(target);
    }
  }
  return null;
}
