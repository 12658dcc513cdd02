/**
 * Pure questions about wires and places that the canvas, the palette and the outline share: which port fits, what to do when it is
 * taken, where a new node goes. Answers are commands or facts; nothing here touches a store.
 */
import { canConnect } from '../../compile/can-connect';
import type { CompileResult } from '../../compile/result';
import type { Command } from '../../graph/command';
import type { Config, Edge, GraphDoc, GraphNode, PortRef, Position } from '../../graph/document';
import { freshId, newEdge, newNode } from '../../graph/new-document';
import type { Ports } from '../../graph/rewire';
import type { NodeType } from '../../nodes/define-node';
import { defaultConfig } from '../../nodes/fields';
import { NODE_TYPES, nodeType } from '../../nodes/index';
import { GRID, NODE_WIDTH, nodeHeight, portsOf } from './geometry';

export type PortSide = 'source' | 'target';
type WithMeaning = Pick<GraphDoc, 'meaning'>;

export function createNode(doc: GraphDoc, type: NodeType): GraphNode {
  return newNode(type.type, type.version, defaultConfig(type.fields) as Config, freshId(doc, type.type));
}

/** The wire that a new one at this port replaces: a port that takes one wire only, and has it. */
export function replacedEdge(doc: WithMeaning, target: PortRef): Edge | null {
  const type = nodeType(doc.meaning.nodes[target.node]?.type ?? '');
  if (type?.inputs.find((port) => port.name === target.port)?.multiple) return null;
  return edgesAt(doc, target, 'target')[0] ?? null;
}

export function connectCommand(doc: GraphDoc, source: PortRef, target: PortRef): Command {
  const replaced = replacedEdge(doc, target);
  const add: Command = { kind: 'addEdge', edge: newEdge(doc, source, target) };
  return replaced ? { kind: 'batch', commands: [{ kind: 'removeEdge', edge: replaced.id }, add] } : add;
}

function edgesAt(doc: WithMeaning, port: PortRef, side: PortSide): Edge[] {
  return Object.values(doc.meaning.edges).filter(
    (edge) => edge[side].node === port.node && edge[side].port === port.port,
  );
}

/** The first port of `node` that `from` may be wired to, in declared order (as Blender and ComfyUI do). */
export function fittingPort(
  doc: WithMeaning,
  compiled: CompileResult,
  node: GraphNode,
  from: PortRef,
  side: PortSide,
): PortRef | null {
  const type = nodeType(node.type);
  const ports = side === 'source' ? type?.inputs : type?.outputs;
  for (const { name } of ports ?? []) {
    const port: PortRef = { node: node.id, port: name };
    const problem =
      side === 'source' ? canConnect(doc, compiled, from, port) : canConnect(doc, compiled, port, from);
    if (problem === null) return port;
  }
  return null;
}

/** Node types that a wire from this port may end in. One trial document holds them all, so the graph is copied once. */
export function fittingTypes(
  doc: GraphDoc,
  compiled: CompileResult,
  from: PortRef,
  side: PortSide,
): NodeType[] {
  const trials = NODE_TYPES.map((type) => ({ type, node: createNode(doc, type) }));
  const trial = withNodes(
    doc,
    trials.map(({ node }) => node),
  );
  return trials.filter(({ node }) => fittingPort(trial, compiled, node, from, side)).map(({ type }) => type);
}

/** Through which ports a node can be put into a wire, or null. */
export function insertionPorts(
  doc: GraphDoc,
  compiled: CompileResult,
  node: GraphNode,
  edge: Edge,
): Ports | null {
  const trial = withNodes(withoutEdge(doc, edge), [node]);
  const input = fittingPort(trial, compiled, node, edge.source, 'source');
  const output = fittingPort(trial, compiled, node, edge.target, 'target');
  return input && output ? { input: input.port, output: output.port } : null;
}

/** A new node, wired to `from` where something fits. */
export function addConnectedCommand(
  doc: GraphDoc,
  compiled: CompileResult,
  node: GraphNode,
  position: Position,
  from: { readonly ref: PortRef; readonly side: PortSide } | null,
): { readonly command: Command; readonly isConnected: boolean } {
  const add: Command = { kind: 'addNode', node, position };
  if (!from) return { command: add, isConnected: false };
  const trial = withNodes(doc, [node]);
  const port = fittingPort(trial, compiled, node, from.ref, from.side);
  if (!port) return { command: add, isConnected: false };
  const [source, target] = from.side === 'source' ? [from.ref, port] : [port, from.ref];
  return {
    command: { kind: 'batch', commands: [add, connectCommand(trial, source, target)] },
    isConnected: true,
  };
}

function withNodes(doc: GraphDoc, added: readonly GraphNode[]): GraphDoc {
  const nodes = { ...doc.meaning.nodes, ...Object.fromEntries(added.map((node) => [node.id, node])) };
  return { ...doc, meaning: { ...doc.meaning, nodes } };
}

function withoutEdge(doc: GraphDoc, { id }: Edge): GraphDoc {
  const { [id]: _removed, ...edges } = doc.meaning.edges;
  return { ...doc, meaning: { ...doc.meaning, edges } };
}

/** Space between a node and the one placed after it. */
export const NODE_GAP = 60;

/** `wanted`, or the nearest place below it where the node covers no other. */
export function freeSpot(doc: GraphDoc, type: NodeType | undefined, wanted: Position): Position {
  const height = nodeHeight(portsOf(type, [], []));
  const taken = Object.entries(doc.layout.positions).map(([id, place]) => ({
    ...place,
    height: nodeHeight(portsOf(nodeType(doc.meaning.nodes[id]?.type ?? ''), [], [])),
  }));
  let { y } = wanted;
  const covers = (at: number) =>
    taken.find(
      (other) =>
        Math.abs(other.x - wanted.x) < NODE_WIDTH + GRID &&
        at < other.y + other.height + GRID &&
        other.y < at + height + GRID,
    );
  // Each round moves below one more node, so it ends after as many rounds as there are nodes.
  for (let blocker = covers(y); blocker; blocker = covers(y)) y = blocker.y + blocker.height + GRID;
  return { x: Math.round(wanted.x), y: Math.round(y) };
}
