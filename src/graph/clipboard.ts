/**
 * Copying and pasting. The clipboard holds plain text, so nodes travel between tabs, machines and chat messages; what comes back
 * is parsed like a file, because anybody may have written it.
 */
import * as z from 'zod/mini';
import type { Command } from './command';
import { type Edge, edgeId, type GraphDoc, type NodeId, nodeId, type Position } from './document';
import { edgeSchema, frameSchema, nodeSchema, noteSchema, positionSchema } from './document-schema';
import { idAllocator } from './new-document';
import { own } from './own';
import { graphNode } from './parse';
import { readJson } from './read-json';

/** Says that a text on the clipboard is ours; the number is its format. */
const MARKER = 'weft-clipboard';
const CLIPBOARD_VERSION = 1;

const clipboardSchema = z.object({
  [MARKER]: z.literal(CLIPBOARD_VERSION),
  nodes: z.record(z.string(), nodeSchema),
  edges: z.array(edgeSchema),
  /** Wires that come from nodes that were not copied. */
  incoming: z._default(z.array(edgeSchema), []),
  positions: z.record(z.string(), positionSchema),
  frames: z._default(z.array(frameSchema), []),
  notes: z._default(z.array(noteSchema), []),
});

/** `ids` of nodes, frames and notes; wires between copied nodes come along. Empty when nothing of that is there. */
export function copySelection(doc: GraphDoc, ids: Iterable<string>): string {
  const chosen = new Set(ids);
  const pick = <T>(table: { readonly [id: string]: T }): Record<string, T> =>
    Object.fromEntries(Object.entries(table).filter(([id]) => chosen.has(id)));
  const nodes = pick(doc.meaning.nodes);
  const isIn = (id: string) => Object.hasOwn(nodes, id);
  const into = Object.values(doc.meaning.edges)
    .filter((edge) => isIn(edge.target.node))
    .sort((a, b) => a.order - b.order);
  const frames = Object.values(pick(doc.layout.frames));
  const notes = Object.values(pick(doc.layout.notes));
  if (Object.keys(nodes).length + frames.length + notes.length === 0) return '';
  return JSON.stringify({
    [MARKER]: CLIPBOARD_VERSION,
    nodes,
    edges: into.filter((edge) => isIn(edge.source.node)),
    incoming: into.filter((edge) => !isIn(edge.source.node)),
    positions: Object.fromEntries(
      Object.keys(nodes).map((id) => [id, own(doc.layout.positions, id) ?? { x: 0, y: 0 }]),
    ),
    frames,
    notes,
  });
}

export interface PasteOptions {
  /** Also wire the copies to the sources of their originals, where those are in this document. */
  readonly keepIncoming?: boolean;
}
export interface Paste {
  readonly command: Command;
  /** The new nodes, in the order of the originals: to be selected. */
  readonly nodes: readonly NodeId[];
}

/** Far enough from the original to be seen, near enough to be found. */
const OFFSET = 40;

/** `at`: where the top left corner goes; null = a little beside the original. Null when the text is not ours. */
export function pasteCommands(
  doc: GraphDoc,
  text: string,
  at: Position | null,
  { keepIncoming = false }: PasteOptions = {},
): Paste | null {
  const read = readJson(text);
  if (!read.ok) return null;
  const parsed = clipboardSchema.safeParse(read.value);
  if (!parsed.success) return null;
  const { nodes, edges, incoming, positions, frames, notes } = parsed.data;

  const fresh = idAllocator(doc);
  const renamed = new Map(Object.entries(nodes).map(([id, node]) => [id, nodeId(fresh(node.type))]));
  const places = Object.keys(nodes).map((id) => own(positions, id) ?? { x: 0, y: 0 });
  const shift = shiftTo(at, [...places, ...frames, ...notes]);
  const moved = <P extends Position>(place: P): P => ({
    ...place,
    x: place.x + shift.x,
    y: place.y + shift.y,
  });

  const commands: Command[] = Object.entries(nodes).map(([id, node], index) => ({
    kind: 'addNode',
    node: graphNode(renamed.get(id)!, node),
    position: moved(places[index]!),
  }));
  for (const { source, target, order } of keepIncoming ? [...edges, ...incoming] : edges) {
    const to = renamed.get(target.node);
    const isOutside = keepIncoming && Object.hasOwn(doc.meaning.nodes, source.node);
    const from = renamed.get(source.node) ?? (isOutside ? nodeId(source.node) : undefined);
    if (!from || !to) continue;
    const edge: Edge = {
      id: edgeId(fresh('e')),
      source: { node: from, port: source.port },
      target: { node: to, port: target.port },
      order,
    };
    commands.push({ kind: 'addEdge', edge });
  }
  for (const frame of frames) {
    const id = fresh('frame');
    commands.push({ kind: 'setFrame', id, frame: moved({ ...frame, id }) });
  }
  for (const note of notes) {
    const id = fresh('note');
    commands.push({ kind: 'setNote', id, note: moved({ ...note, id }) });
  }
  if (commands.length === 0) return null;
  return { command: { kind: 'batch', commands }, nodes: [...renamed.values()] };
}

function shiftTo(at: Position | null, places: readonly Position[]): Position {
  if (!at) return { x: OFFSET, y: OFFSET };
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  for (const { x, y } of places) {
    left = Math.min(left, x);
    top = Math.min(top, y);
  }
  return places.length === 0 ? { x: 0, y: 0 } : { x: at.x - left, y: at.y - top };
}

/** Copies beside the originals, without touching the clipboard. Null when there is nothing to copy. */
export function duplicateCommands(
  doc: GraphDoc,
  ids: Iterable<string>,
  options: PasteOptions = {},
): Paste | null {
  return pasteCommands(doc, copySelection(doc, ids), null, options);
}
