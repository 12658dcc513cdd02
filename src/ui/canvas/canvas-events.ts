/** What React Flow reports, in the terms of the document: selections, moves, wires, and what lies under the pointer. */
import type { Connection, Edge as FlowEdge, ReactFlowInstance } from '@xyflow/react';
import type { MouseEvent } from 'react';
import type { Command } from '../../graph/command';
import type { EdgeId, NodeId, PortRef, Position } from '../../graph/document';
import { nodeType } from '../../nodes/index';
import { documentStore } from '../../state/document-store';
import { viewStore } from '../../state/view-store';
import type { FamilyOrUnknown } from '../theme/families';
import { connect } from './editing';
import type { CanvasNode, CardData, Wire } from './flow-model';
import { NODE_WIDTH } from './geometry';
import { anchorAt, openOverlay } from './overlay-store';
import { fittingPort, type PortSide } from './wiring';

interface Change {
  readonly type: string;
  readonly id?: string;
  readonly selected?: boolean;
}

export function applySelection(changes: readonly Change[], of: 'nodes' | 'edges'): void {
  const picks = changes.filter((change) => change.type === 'select');
  if (picks.length === 0) return;
  const { selectedNodes, selectedEdges, select } = viewStore.getState();
  const next = new Set<string>(of === 'nodes' ? selectedNodes : selectedEdges);
  for (const { id, selected } of picks) {
    if (selected) next.add(id!);
    else next.delete(id!);
  }
  if (of === 'nodes') select(next as Set<NodeId>, selectedEdges);
  else select(selectedNodes, next as Set<EdgeId>);
}

/** One edit for everything that was moved together. Places are whole numbers: files stay readable. */
export function commitMoves(places: ReadonlyMap<string, Position>, mergeKey: string): void {
  const { doc, dispatch } = documentStore.getState();
  const positions: Record<string, Position> = {};
  const notes: Command[] = [];
  for (const [id, { x, y }] of places) {
    const place = { x: Math.round(x), y: Math.round(y) };
    const note = doc.layout.notes[id];
    const before = note ?? doc.layout.positions[id];
    if (!before || (before.x === place.x && before.y === place.y)) continue;
    if (note) notes.push({ kind: 'setNote', id, note: { ...note, ...place } });
    else positions[id] = place;
  }
  const moves: Command[] = Object.keys(positions).length > 0 ? [{ kind: 'moveNodes', positions }] : [];
  const commands = [...moves, ...notes];
  if (commands.length > 0)
    dispatch(commands.length === 1 ? commands[0]! : { kind: 'batch', commands }, mergeKey);
}

export function endsOf({ source, sourceHandle, target, targetHandle }: Connection | FlowEdge): {
  readonly source: PortRef;
  readonly target: PortRef;
} {
  return {
    source: { node: source as NodeId, port: sourceHandle ?? '' },
    target: { node: target as NodeId, port: targetHandle ?? '' },
  };
}

/** Dropped on a node but beside its ports: the first port that fits takes the wire. */
export function connectToNode(id: NodeId, from: PortRef, side: PortSide): void {
  const { doc, compiled } = documentStore.getState();
  const node = doc.meaning.nodes[id];
  const port = node && fittingPort(doc, compiled, node, from, side);
  if (!port) return;
  if (side === 'source') connect(from, port);
  else connect(port, from);
}

/** Without wires: dropped on one, it goes in. */
export function isLoose(id: string): boolean {
  const { nodes, edges } = documentStore.getState().doc.meaning;
  if (!(id in nodes)) return false;
  return !Object.values(edges).some(({ source, target }) => source.node === id || target.node === id);
}

/** The wire under the pointer, looking through the node being dragged. */
export function edgeUnder(
  { clientX, clientY }: Pick<MouseEvent, 'clientX' | 'clientY'>,
  dragged: string | null,
): string | null {
  for (const element of document.elementsFromPoint(clientX, clientY)) {
    const edge = element.closest<HTMLElement>('.react-flow__edge');
    if (edge) return edge.dataset['id'] ?? null;
    const node = element.closest<HTMLElement>('.react-flow__node');
    if (node && node.dataset['id'] !== dragged) return null;
  }
  return null;
}

/** React Flow draws nodes inside its pane, so being in the pane is not enough. */
export function isEmptyCanvas(element: Element): boolean {
  const other = '.react-flow__node, .react-flow__edge, .react-flow__panel, .react-flow__minimap';
  return element.closest('.react-flow__pane') !== null && element.closest(other) === null;
}

/** All nodes, those in sight first. */
export function nodesNearFirst(
  flow: ReactFlowInstance<CanvasNode, Wire>,
  root: HTMLElement | null,
): NodeId[] {
  const { doc } = documentStore.getState();
  const box = root?.getBoundingClientRect();
  if (!box) return Object.keys(doc.meaning.nodes) as NodeId[];
  const corner = flow.screenToFlowPosition({ x: box.left, y: box.top });
  const end = flow.screenToFlowPosition({ x: box.right, y: box.bottom });
  const near: NodeId[] = [];
  const far: NodeId[] = [];
  for (const id of Object.keys(doc.meaning.nodes) as NodeId[]) {
    const place = doc.layout.positions[id] ?? { x: 0, y: 0 };
    const isNear =
      place.x > corner.x - NODE_WIDTH &&
      place.x < end.x &&
      place.y > corner.y - NODE_WIDTH &&
      place.y < end.y;
    (isNear ? near : far).push(id);
  }
  return [...near, ...far];
}

export const familyOf = ({ node }: CardData): FamilyOrUnknown => nodeType(node.type)?.family ?? 'unknown';

export function onNodeContextMenu(event: MouseEvent, node: CanvasNode): void {
  if (node.type !== 'card') return;
  event.preventDefault();
  const { selectedNodes, select } = viewStore.getState();
  if (!selectedNodes.has(node.id as NodeId)) select([node.id as NodeId], []);
  openOverlay({ kind: 'node-menu', node: node.id as NodeId, anchor: anchorAt(event.clientX, event.clientY) });
}

export function onEdgeContextMenu(event: MouseEvent, edge: Wire): void {
  event.preventDefault();
  viewStore.getState().select([], [edge.id as EdgeId]);
  openOverlay({ kind: 'edge-menu', edge: edge.id, anchor: anchorAt(event.clientX, event.clientY) });
}

export function onPaneContextMenu(event: MouseEvent | globalThis.MouseEvent): void {
  event.preventDefault();
  openOverlay({ kind: 'pane-menu', anchor: anchorAt(event.clientX, event.clientY) });
}
