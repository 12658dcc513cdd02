/** Deleting, inserting and replacing: which wires stay, which are new, and that one undo takes all back. */
import { describe, expect, test } from 'vitest';
import { apply } from './apply';
import { copySelection, duplicateCommands, pasteCommands } from './clipboard';
import type { Command } from './command';
import { edgeId, type GraphDoc, nodeId } from './document';
import { emptyDocument, newEdge, newNode } from './new-document';
import { deleteCommands, insertOnEdgeCommands, replaceNodeCommands } from './rewire';

/** `a>b` for a wire; nodes in the order they are named, 100 apart. */
function graph(...wires: string[]): GraphDoc {
  let doc = emptyDocument('test');
  for (const id of new Set(wires.flatMap((wire) => wire.split('>')))) {
    const position = { x: 100 * Object.keys(doc.meaning.nodes).length, y: 0 };
    doc = apply(doc, { kind: 'addNode', node: newNode('dense', 1, {}, id), position }).doc;
  }
  for (const wire of wires) {
    const [from, to] = wire.split('>');
    const edge = newEdge(doc, { node: nodeId(from!), port: 'output' }, { node: nodeId(to!), port: 'input' });
    doc = apply(doc, { kind: 'addEdge', edge }).doc;
  }
  return doc;
}
const wiresOf = (doc: GraphDoc): string[] =>
  Object.values(doc.meaning.edges)
    .map(({ source, target, order }) => `${source.node}>${target.node}#${order}`)
    .sort();
function wiresAfter(doc: GraphDoc, command: Command | null): string[] {
  const { doc: next, inverse } = apply(doc, command!);
  expect(apply(next, inverse).doc).toEqual(doc);
  return wiresOf(next);
}

describe('delete', () => {
  test('closes the gap of a node with one wire in, keeping the place at a merging port', () => {
    const doc = graph('in>join', 'in>a', 'a>join', 'join>out');
    expect(wiresOf(doc)).toContain('a>join#1');
    expect(wiresAfter(doc, deleteCommands(doc, ['a'], { reconnect: true }))).toEqual([
      'in>join#0',
      'in>join#1',
      'join>out#0',
    ]);
    expect(wiresAfter(doc, deleteCommands(doc, ['a']))).toEqual(['in>join#0', 'join>out#0']);
  });

  test('closes the gap of a chain, and feeds all that hung behind it', () => {
    const doc = graph('in>a', 'a>b', 'b>x', 'b>y');
    expect(wiresAfter(doc, deleteCommands(doc, ['b', 'a'], { reconnect: true }))).toEqual([
      'in>x#0',
      'in>y#0',
    ]);
  });

  test('does not guess when several wires lead in', () => {
    const doc = graph('in>a', 'other>a', 'a>out');
    expect(wiresAfter(doc, deleteCommands(doc, ['a'], { reconnect: true }))).toEqual([]);
  });

  test('a wire that is deleted as well is not closed again', () => {
    const doc = graph('in>a', 'a>out');
    expect(wiresAfter(doc, deleteCommands(doc, ['a', 'e-2'], { reconnect: true }))).toEqual([]);
  });

  test('takes wires, frames and notes by id, and is null when nothing is there', () => {
    let doc = graph('in>a');
    const box = { x: 0, y: 0, width: 10, height: 10 };
    doc = apply(doc, { kind: 'setFrame', id: 'frame', frame: { id: 'frame', title: '', ...box } }).doc;
    doc = apply(doc, { kind: 'setNote', id: 'note', note: { id: 'note', text: '', ...box } }).doc;
    const next = apply(doc, deleteCommands(doc, ['e', 'frame', 'note'])!).doc;
    expect([wiresOf(next), next.layout.frames, next.layout.notes]).toEqual([[], {}, {}]);
    expect(deleteCommands(doc, ['ghost', 'constructor'])).toBeNull();
  });
});

describe('insert on a wire', () => {
  test('a new node goes to the middle and keeps the order of the merging port', () => {
    const doc = graph('in>join', 'a>join');
    const command = insertOnEdgeCommands(doc, edgeId('e-2'), newNode('relu', 1, {}, 'new'));
    expect(wiresAfter(doc, command)).toEqual(['a>new#0', 'in>join#0', 'new>join#1']);
    expect(apply(doc, command!).doc.layout.positions['new']).toEqual({ x: 150, y: 0 });
  });

  test('a node that is there already is only wired; its own wire is refused', () => {
    const doc = graph('in>out', 'free>x');
    expect(wiresAfter(doc, insertOnEdgeCommands(doc, edgeId('e'), doc.meaning.nodes['free']!))).toEqual([
      'free>out#0',
      'free>x#0',
      'in>free#0',
    ]);
    expect(insertOnEdgeCommands(doc, edgeId('e'), doc.meaning.nodes['in']!)).toBeNull();
    expect(insertOnEdgeCommands(doc, edgeId('none'), doc.meaning.nodes['free']!)).toBeNull();
  });
});

test('replacing a node keeps id, title, place and the wires that fit', () => {
  let doc = graph('in>a', 'a>out');
  doc = apply(doc, { kind: 'renameNode', node: nodeId('a'), title: 'mine' }).doc;
  const command = replaceNodeCommands(
    doc,
    nodeId('a'),
    { type: 'conv-2d', typeVersion: 2, config: { filters: 3 } },
    (edge) => edge.target.node !== 'a',
  );
  expect(wiresAfter(doc, command)).toEqual(['a>out#0']);
  const next = apply(doc, command!).doc;
  expect(next.meaning.nodes['a']).toEqual({
    id: 'a',
    type: 'conv-2d',
    typeVersion: 2,
    title: 'mine',
    config: { filters: 3 },
  });
  expect(next.layout.positions['a']).toEqual(doc.layout.positions['a']);
});

describe('clipboard', () => {
  test('keeps wires from outside only when asked', () => {
    const doc = graph('in>a', 'a>b');
    expect(wiresAfter(doc, duplicateCommands(doc, ['a', 'b'])!.command)).toEqual([
      'a>b#0',
      'dense>dense-2#0',
      'in>a#0',
    ]);
    expect(wiresAfter(doc, duplicateCommands(doc, ['a', 'b'], { keepIncoming: true })!.command)).toEqual([
      'a>b#0',
      'dense>dense-2#0',
      'in>a#0',
      'in>dense#0',
    ]);
  });

  test('pastes into another document, beside the original by default', () => {
    const text = copySelection(graph('in>a'), ['a']);
    const target = emptyDocument('other');
    const paste = pasteCommands(target, text, null, { keepIncoming: true })!;
    const next = apply(target, paste.command).doc;
    expect(next.layout.positions).toEqual({ dense: { x: 140, y: 40 } });
    expect(next.meaning.edges).toEqual({});
  });

  test('frames and notes come along', () => {
    const note = { id: 'note', text: 'why', x: 5, y: 5, width: 10, height: 10 };
    const doc = apply(graph('in>a'), { kind: 'setNote', id: 'note', note }).doc;
    const { command, nodes } = duplicateCommands(doc, ['note'])!;
    expect(nodes).toEqual([]);
    expect(apply(doc, command).doc.layout.notes['note-2']).toEqual({ ...note, id: 'note-2', x: 45, y: 45 });
  });

  test.each([
    '',
    'hello',
    '{}',
    '{"weft-clipboard":2,"nodes":{},"edges":[],"positions":{}}',
    '{"weft-clipboard":1,"nodes":{"a":{}}}',
  ])('ignores other text: %s', (text) => {
    expect(pasteCommands(emptyDocument('x'), text, null)).toBeNull();
  });
});
