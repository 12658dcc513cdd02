/**
 * Document → what React Flow draws. Every object keeps its identity until something it shows has changed, so that an edit
 * re-renders the nodes it touches and no others; dragging, compiling and selecting all go through here.
 */
import type { Edge as FlowEdge, Node as FlowNode, NodeHandle } from '@xyflow/react';
import { Position as Side } from '@xyflow/react';
import type { CompileResult } from '../../compile/result';
import type { Diagnostic } from '../../graph/diagnostic';
import type { Edge, EdgeId, GraphDoc, GraphNode, NodeId, Note, Position } from '../../graph/document';
import { type Flow, formatShape } from '../../graph/shape';
import { nodeType } from '../../nodes/index';
import { NODE_WIDTH, nodeHeight, type Ports, portsOf, portY } from './geometry';

export interface CardData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly ports: Ports;
  /** `28×28×32` per output port; '' while unknown. */
  readonly shapes: readonly string[];
  /** What flows through each port, inputs then outputs; null while unknown. */
  readonly flows: readonly (Flow | null)[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Of the whole model's multiply-adds, 0 to 1. */
  readonly costShare: number;
  readonly problems: readonly Diagnostic[];
}
export type CardNode = FlowNode<CardData, 'card'>;
export interface NoteData extends Record<string, unknown> {
  readonly note: Note;
}
export type NoteNode = FlowNode<NoteData, 'note'>;
export type CanvasNode = CardNode | NoteNode;

export interface WireData extends Record<string, unknown> {
  readonly flow: Flow | null;
  readonly shape: string;
  readonly isBypassed: boolean;
  readonly hasError: boolean;
}
export type Wire = FlowEdge<WireData, 'wire'>;

export interface FlowModelInput {
  readonly doc: GraphDoc;
  readonly compiled: CompileResult;
  readonly selectedNodes: ReadonlySet<string>;
  readonly selectedEdges: ReadonlySet<EdgeId>;
  /** Where dragged nodes are right now; the document learns of it once, at the end. */
  readonly dragged: ReadonlyMap<string, Position> | null;
  readonly nodeLabel: (data: CardData) => string;
  readonly edgeLabel: (edge: Edge) => string;
}
export interface FlowModel {
  readonly nodes: CanvasNode[];
  readonly edges: Wire[];
}

interface Wiring {
  readonly incoming: ReadonlyMap<string, Edge[]>;
  readonly outgoing: ReadonlyMap<string, Edge[]>;
}
const NO_EDGES: readonly Edge[] = [];
const NO_PROBLEMS: readonly Diagnostic[] = [];
const ORIGIN: Position = { x: 0, y: 0 };
/** Half of the handle's hit area (card.css). */
const HANDLE_SIZE = 12;

/** One per canvas: holds what was drawn last. */
export function createFlowModel(): (input: FlowModelInput) => FlowModel {
  let cards = new Map<string, CardNode>();
  let notes = new Map<string, NoteNode>();
  let wires = new Map<string, Wire>();
  let wiredFor: GraphDoc['meaning']['edges'] | null = null;
  let wiring: Wiring = { incoming: new Map(), outgoing: new Map() };
  let groupedFor: readonly Diagnostic[] | null = null;
  let grouped: Grouped = { byNode: new Map(), byEdge: new Set() };
  let lastLabel: FlowModelInput['nodeLabel'] | null = null;
  let lastEdgeLabel: FlowModelInput['edgeLabel'] | null = null;

  return (input) => {
    const { doc, compiled, selectedNodes, selectedEdges, dragged } = input;
    const { nodes, edges } = doc.meaning;
    if (wiredFor !== edges) {
      wiring = wire(edges);
      wiredFor = edges;
    }
    if (groupedFor !== compiled.diagnostics) {
      grouped = group(compiled.diagnostics);
      groupedFor = compiled.diagnostics;
    }
    const labelChanged = lastLabel !== input.nodeLabel;
    lastLabel = input.nodeLabel;
    const edgeLabelChanged = lastEdgeLabel !== input.edgeLabel;
    lastEdgeLabel = input.edgeLabel;

    const nextCards = new Map<string, CardNode>();
    for (const node of Object.values(nodes)) {
      const before = cards.get(node.id);
      const data = cardData(node, compiled, wiring, grouped.byNode.get(node.id) ?? NO_PROBLEMS, before?.data);
      const position = dragged?.get(node.id) ?? doc.layout.positions[node.id] ?? ORIGIN;
      const selected = selectedNodes.has(node.id);
      const isSame =
        before !== undefined &&
        before.data === data &&
        before.selected === selected &&
        samePlace(before.position, position);
      nextCards.set(
        node.id,
        isSame && !labelChanged
          ? before
          : card(
              node.id,
              data,
              position,
              selected,
              before?.data === data && !labelChanged ? before : null,
              input.nodeLabel,
            ),
      );
    }
    cards = nextCards;

    const nextNotes = new Map<string, NoteNode>();
    for (const note of Object.values(doc.layout.notes)) {
      const before = notes.get(note.id);
      const position = dragged?.get(note.id) ?? note;
      const selected = selectedNodes.has(note.id);
      const isSame =
        before?.data.note === note && before.selected === selected && samePlace(before.position, position);
      nextNotes.set(note.id, isSame ? before : noteNode(note, position, selected));
    }
    notes = nextNotes;

    const nextWires = new Map<string, Wire>();
    for (const edge of Object.values(edges)) {
      const before = wires.get(edge.id);
      const data = wireData(edge, doc, compiled, grouped.byEdge, before?.data);
      const selected = selectedEdges.has(edge.id);
      const isSame =
        before !== undefined &&
        before.data === data &&
        before.selected === selected &&
        !edgeLabelChanged &&
        before.source === edge.source.node &&
        before.target === edge.target.node &&
        before.sourceHandle === edge.source.port &&
        before.targetHandle === edge.target.port;
      nextWires.set(edge.id, isSame ? before : wireOf(edge, data, selected, input.edgeLabel));
    }
    wires = nextWires;
    return { nodes: [...nextNotes.values(), ...nextCards.values()], edges: [...nextWires.values()] };
  };
}

const samePlace = (a: Position, b: Position) => a.x === b.x && a.y === b.y;

function card(
  id: string,
  data: CardData,
  position: Position,
  selected: boolean,
  before: CardNode | null,
  nodeLabel: FlowModelInput['nodeLabel'],
): CardNode {
  if (before) return { ...before, position, selected, style: placeStyle(position) };
  const height = nodeHeight(data.ports);
  return {
    id,
    type: 'card',
    data,
    position,
    selected,
    width: NODE_WIDTH,
    height,
    measured: { width: NODE_WIDTH, height },
    style: placeStyle(position),
    handles: handles(data.ports),
    ariaLabel: nodeLabel(data),
  };
}

/**
 * React Flow places a node by a transform of its own; a thousand of them are a thousand layers for the browser to sort at every
 * frame of a pan (measured: 38 ms of 60). Plain offsets are drawn as one.
 */
const placeStyle = ({ x, y }: Position) => ({ transform: 'none', left: x, top: y });

function handles(ports: Ports): NodeHandle[] {
  const at = (type: 'source' | 'target', position: Side) => (id: string, index: number) => ({
    id,
    type,
    position,
    x: (type === 'target' ? 0 : NODE_WIDTH) - HANDLE_SIZE / 2,
    y: portY(ports, index) - HANDLE_SIZE / 2,
    width: HANDLE_SIZE,
    height: HANDLE_SIZE,
  });
  return [...ports.inputs.map(at('target', Side.Left)), ...ports.outputs.map(at('source', Side.Right))];
}

function noteNode(note: Note, { x, y }: Position, selected: boolean): NoteNode {
  const { width, height } = note;
  return {
    id: note.id,
    type: 'note',
    data: { note },
    position: { x, y },
    selected,
    width,
    height,
    measured: { width, height },
    zIndex: -1,
    style: placeStyle({ x, y }),
    dragHandle: '.note-grip',
  };
}

function wireOf(edge: Edge, data: WireData, selected: boolean, edgeLabel: FlowModelInput['edgeLabel']): Wire {
  return {
    id: edge.id,
    type: 'wire',
    source: edge.source.node,
    sourceHandle: edge.source.port,
    target: edge.target.node,
    targetHandle: edge.target.port,
    data,
    selected,
    ariaLabel: edgeLabel(edge),
  };
}

function cardData(
  node: GraphNode,
  compiled: CompileResult,
  wiring: Wiring,
  problems: readonly Diagnostic[],
  before: CardData | undefined,
): CardData {
  const incoming = wiring.incoming.get(node.id) ?? NO_EDGES;
  const declared = portsOf(nodeType(node.type), incoming, wiring.outgoing.get(node.id) ?? NO_EDGES);
  const ports = before && samePorts(before.ports, declared) ? before.ports : declared;
  const outputFacts = ports.outputs.map((port) => compiled.shapes.get(`${node.id}:${port}`));
  const shapes = outputFacts.map((fact) => (fact ? formatShape(fact.shape) : ''));
  const flows = [
    ...ports.inputs.map((port) => {
      const edge = incoming.find((candidate) => candidate.target.port === port);
      return (edge && compiled.shapes.get(`${edge.source.node}:${edge.source.port}`)?.flow) ?? null;
    }),
    ...outputFacts.map((fact) => fact?.flow ?? null),
  ];
  const cost = compiled.costs.get(node.id);
  const parameters = cost?.parameters ?? 0;
  const multiplyAdds = cost?.multiplyAdds ?? 0;
  const costShare = compiled.total.multiplyAdds > 0 ? multiplyAdds / compiled.total.multiplyAdds : 0;
  const isSame =
    before !== undefined &&
    before.node === node &&
    before.ports === ports &&
    before.parameters === parameters &&
    before.multiplyAdds === multiplyAdds &&
    before.costShare === costShare &&
    sameList(before.shapes, shapes) &&
    sameList(before.flows, flows) &&
    sameProblems(before.problems, problems);
  return isSame ? before : { node, ports, shapes, flows, parameters, multiplyAdds, costShare, problems };
}

function wireData(
  edge: Edge,
  doc: GraphDoc,
  compiled: CompileResult,
  errors: ReadonlySet<string>,
  before: WireData | undefined,
): WireData {
  const fact = compiled.shapes.get(`${edge.source.node}:${edge.source.port}`);
  const flow = fact?.flow ?? null;
  const shape = fact ? formatShape(fact.shape) : '';
  const { nodes } = doc.meaning;
  const isBypassed = Boolean(nodes[edge.source.node]?.bypassed || nodes[edge.target.node]?.bypassed);
  const hasError = errors.has(edge.id);
  const isSame =
    before !== undefined &&
    before.flow === flow &&
    before.shape === shape &&
    before.isBypassed === isBypassed &&
    before.hasError === hasError;
  return isSame ? before : { flow, shape, isBypassed, hasError };
}

function wire(edges: GraphDoc['meaning']['edges']): Wiring {
  const incoming = new Map<string, Edge[]>();
  const outgoing = new Map<string, Edge[]>();
  for (const edge of Object.values(edges)) {
    push(incoming, edge.target.node, edge);
    push(outgoing, edge.source.node, edge);
  }
  return { incoming, outgoing };
}

interface Grouped {
  readonly byNode: ReadonlyMap<string, Diagnostic[]>;
  readonly byEdge: ReadonlySet<string>;
}
function group(diagnostics: readonly Diagnostic[]): Grouped {
  const byNode = new Map<NodeId, Diagnostic[]>();
  const byEdge = new Set<string>();
  for (const diagnostic of diagnostics) {
    const { where } = diagnostic;
    if ('node' in where) push(byNode, where.node, diagnostic);
    if (where.kind === 'edge') byEdge.add(where.edge);
  }
  return { byNode, byEdge };
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

const sameList = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);
const samePorts = (a: Ports, b: Ports) => sameList(a.inputs, b.inputs) && sameList(a.outputs, b.outputs);

/** Diagnostics are made afresh by each compilation; equal facts are the same problem. */
function sameProblems(a: readonly Diagnostic[], b: readonly Diagnostic[]): boolean {
  return (
    a.length === b.length &&
    a.every((problem, at) => problem === b[at] || JSON.stringify(problem) === JSON.stringify(b[at]))
  );
}
