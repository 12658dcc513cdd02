/**
 * What a person can do to the graph, once: shortcuts, menus, palette, canvas and outline all call these. Each is one undoable
 * edit and says what it did. The rules of each edit are in graph/ and wiring.ts; here they meet the stores.
 */
import { describeFix, nodeTitle } from '../../compile/describe';
import { copySelection, duplicateCommands, pasteCommands } from '../../graph/clipboard';
import type { Command } from '../../graph/command';
import type { Fix } from '../../graph/diagnostic';
import type { EdgeId, NodeId, PortRef, Position } from '../../graph/document';
import { deleteCommands, insertOnEdgeCommands } from '../../graph/rewire';
import type { Text } from '../../graph/text';
import { canvasMessages } from '../../messages/canvas';
import { format } from '../../messages/catalogue';
import { paletteMessages } from '../../messages/palette';
import { nodeType } from '../../nodes/index';
import { documentStore } from '../../state/document-store';
import { viewStore } from '../../state/view-store';
import { announce } from '../shell/announcer';
import { canvasControls } from './canvas-controls';
import { NODE_WIDTH } from './geometry';
import {
  addConnectedCommand,
  connectCommand,
  createNode,
  freeSpot,
  insertionPorts,
  NODE_GAP,
  type PortSide,
} from './wiring';

const say = (text: Text, values: { readonly [name: string]: string | number } = {}) =>
  announce(format(text, viewStore.getState().locale, values));
const titleOf = (id: NodeId): string =>
  nodeTitle({ locale: viewStore.getState().locale, nodes: documentStore.getState().doc.meaning.nodes }, id);

/** Selected ids that are still there: undo may have taken some away. Notes count, nodes come first. */
function selection(): string[] {
  const { selectedNodes, selectedEdges } = viewStore.getState();
  const { meaning, layout } = documentStore.getState().doc;
  return [
    ...[...selectedNodes].filter((id) => id in meaning.nodes || id in layout.notes),
    ...[...selectedEdges].filter((id) => id in meaning.edges),
  ];
}
export function selectedNodeIds(): NodeId[] {
  const { nodes } = documentStore.getState().doc.meaning;
  return [...viewStore.getState().selectedNodes].filter((id) => id in nodes);
}

export interface AddOptions {
  readonly position?: Position;
  readonly from?: { readonly ref: PortRef; readonly side: PortSide };
  readonly edge?: string;
}

/** Adds a node where it was dropped, into a wire, at the end of a wire, after the selection, or in the middle of the view. */
export function addNodeOfType(typeId: string, { position, from, edge }: AddOptions = {}): NodeId | null {
  const type = nodeType(typeId);
  if (!type) return null;
  const { doc, compiled, dispatch } = documentStore.getState();
  const node = createNode(doc, type);

  const wire = edge ? doc.meaning.edges[edge] : undefined;
  const ports = wire && insertionPorts(doc, compiled, node, wire);
  if (wire && ports) {
    dispatch(insertOnEdgeCommands(doc, wire.id, node, position ?? null, ports)!);
    say(canvasMessages.inserted, { node: titleOf(node.id) });
    return selectOnly(node.id);
  }

  const before = from || position ? null : lastSelected();
  const start = before ?? from ?? null;
  const place = position ?? (before ? after(before.ref.node) : centred());
  const { command, isConnected } = addConnectedCommand(
    doc,
    compiled,
    node,
    freeSpot(doc, type, place),
    start,
  );
  dispatch(command);
  if (before && isConnected)
    say(paletteMessages.addedAfter, { node: titleOf(node.id), before: titleOf(before.ref.node) });
  else say(paletteMessages.added, { node: titleOf(node.id) });
  selectOnly(node.id);
  if (!position) canvasControls()?.reveal(node.id);
  return node.id;
}

/** The free output of the one selected node: building a chain is Enter, Enter, Enter. */
function lastSelected(): { readonly ref: PortRef; readonly side: 'source' } | null {
  const [id, ...others] = selectedNodeIds();
  if (!id || others.length > 0) return null;
  const port = nodeType(documentStore.getState().doc.meaning.nodes[id]!.type)?.outputs[0];
  return port ? { ref: { node: id, port: port.name }, side: 'source' } : null;
}

function after(id: NodeId): Position {
  const { x, y } = documentStore.getState().doc.layout.positions[id] ?? { x: 0, y: 0 };
  return { x: x + NODE_WIDTH + NODE_GAP, y };
}

function centred(): Position {
  const { x, y } = canvasControls()?.center() ?? { x: 0, y: 0 };
  return { x: x - NODE_WIDTH / 2, y: y - 40 };
}

function selectOnly(id: NodeId): NodeId {
  viewStore.getState().select([id], []);
  return id;
}

export function connect(source: PortRef, target: PortRef, mergeKey?: string): void {
  const { doc, dispatch } = documentStore.getState();
  dispatch(connectCommand(doc, source, target), mergeKey);
  say(canvasMessages.connected, { source: titleOf(source.node), target: titleOf(target.node) });
}

export function insertExisting(id: NodeId, edge: string, mergeKey: string): boolean {
  const { doc, compiled, dispatch } = documentStore.getState();
  const node = doc.meaning.nodes[id];
  const wire = doc.meaning.edges[edge];
  const ports = node && wire && insertionPorts(doc, compiled, node, wire);
  const command = ports ? insertOnEdgeCommands(doc, wire.id, node, null, ports) : null;
  if (!command) return false;
  dispatch(command, mergeKey);
  say(canvasMessages.inserted, { node: titleOf(id) });
  return true;
}

export function remove(ids: readonly string[] = selection()): void {
  const { doc, dispatch } = documentStore.getState();
  const command = deleteCommands(doc, ids, { reconnect: true });
  if (!command) return;
  const nodes = ids.filter((id) => id in doc.meaning.nodes).length;
  const joined = command.kind === 'batch' && command.commands.some(({ kind }) => kind === 'addEdge');
  dispatch(command);
  viewStore.getState().select([], []);
  if (nodes === 0) say(canvasMessages.removedEdges, { count: ids.length });
  else say(joined ? canvasMessages.removedReconnected : canvasMessages.removed, { count: nodes });
}

export function removeEdge(id: EdgeId): void {
  documentStore.getState().dispatch({ kind: 'removeEdge', edge: id });
  say(canvasMessages.removedEdges, { count: 1 });
}

/** The selection as text; '' when there is nothing to copy. */
export function copiedText(): string {
  const text = copySelection(documentStore.getState().doc, selection());
  if (text) say(canvasMessages.copied, { count: selectedNodeIds().length });
  return text;
}

export function paste(text: string, keepIncoming = false): void {
  const { doc, dispatch } = documentStore.getState();
  const controls = canvasControls();
  const pointer = controls?.pointer() ?? null;
  const at = controls && pointer && !keepIncoming ? controls.toCanvas(pointer) : null;
  const pasted = pasteCommands(doc, text, at, { keepIncoming });
  if (!pasted) {
    say(canvasMessages.clipboardForeign);
    return;
  }
  dispatch(pasted.command);
  viewStore.getState().select(pasted.nodes, []);
  say(canvasMessages.pasted, { count: pasted.nodes.length });
}

export async function copyToClipboard(): Promise<void> {
  const text = copiedText();
  if (!text) return;
  await navigator.clipboard.writeText(text).catch(() => say(canvasMessages.clipboardRefused));
}

export async function pasteFromClipboard(): Promise<void> {
  const text = await navigator.clipboard.readText().catch(() => null);
  if (text === null) say(canvasMessages.clipboardRefused);
  else paste(text);
}

export function duplicate(ids: readonly string[] = selection()): void {
  const { doc, dispatch } = documentStore.getState();
  const pasted = duplicateCommands(doc, ids);
  if (!pasted) return;
  dispatch(pasted.command);
  viewStore.getState().select(pasted.nodes, []);
  say(canvasMessages.pasted, { count: pasted.nodes.length });
}

/** All of them one way: bypassed unless all already are. */
export function toggleBypass(ids: readonly NodeId[] = selectedNodeIds()): void {
  const { doc, dispatch } = documentStore.getState();
  const bypassed = !ids.every((id) => doc.meaning.nodes[id]?.bypassed);
  batch(
    ids.map((node) => ({ kind: 'setBypassed', node, bypassed })),
    dispatch,
  );
}

export function toggleTrainable(ids: readonly NodeId[] = selectedNodeIds()): void {
  const { doc, dispatch } = documentStore.getState();
  const trainable = ids.every((id) => doc.meaning.nodes[id]?.trainable === false);
  batch(
    ids.map((node) => ({ kind: 'setTrainable', node, trainable })),
    dispatch,
  );
}

function batch(commands: readonly Command[], dispatch: (command: Command) => void): void {
  if (commands.length > 0) dispatch({ kind: 'batch', commands });
}

export function nudge(dx: number, dy: number): boolean {
  const { doc, dispatch } = documentStore.getState();
  const moved = selectedNodeIds().flatMap((id) => {
    const place = doc.layout.positions[id];
    return place ? [[id, { x: place.x + dx, y: place.y + dy }] as const] : [];
  });
  if (moved.length === 0) return false;
  dispatch({ kind: 'moveNodes', positions: Object.fromEntries(moved) }, 'nudge');
  return true;
}

export function selectAll(): void {
  const { meaning, layout } = documentStore.getState().doc;
  viewStore
    .getState()
    .select(
      [...Object.keys(meaning.nodes), ...Object.keys(layout.notes)] as NodeId[],
      Object.keys(meaning.edges) as EdgeId[],
    );
}

export function applyFix(fix: Fix): void {
  documentStore.getState().dispatch({ kind: 'batch', commands: fix.commands });
  say(canvasMessages.fixApplied, { fix: describeFix(fix.label, viewStore.getState().locale) });
}

export function undo(): void {
  const { canUndo, undo: back } = documentStore.getState();
  if (canUndo) back();
  say(canUndo ? canvasMessages.undone : canvasMessages.nothingToUndo);
}

export function redo(): void {
  const { canRedo, redo: forth } = documentStore.getState();
  if (canRedo) forth();
  say(canRedo ? canvasMessages.redone : canvasMessages.nothingToRedo);
}

/** Dagre comes with the first use. Of the selection when it holds several nodes, else of everything. */
export async function tidy(): Promise<void> {
  const { tidyPositions } = await import('./tidy');
  const { doc, dispatch } = documentStore.getState();
  const chosen = selectedNodeIds();
  const positions = tidyPositions(doc, chosen.length > 1 ? chosen : null);
  const count = Object.keys(positions).length;
  if (count === 0) return;
  dispatch({ kind: 'moveNodes', positions });
  say(canvasMessages.tidied, { count });
  if (chosen.length <= 1) requestAnimationFrame(() => canvasControls()?.fit());
}

export function addNote(at: Position): void {
  const { doc, dispatch } = documentStore.getState();
  let count = Object.keys(doc.layout.notes).length + 1;
  while (`note-${count}` in doc.layout.notes) count += 1;
  const id = `note-${count}`;
  dispatch({
    kind: 'setNote',
    id,
    note: { id, text: '', x: Math.round(at.x), y: Math.round(at.y), width: 200, height: 120 },
  });
  viewStore.getState().select([id as NodeId], []);
}
