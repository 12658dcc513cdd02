/** A fix knows meaning only; before it is applied its new nodes get places between their neighbours. */
import type { Command } from '../graph/command';
import type { Fix } from '../graph/diagnostic';
import type { GraphDoc, Position } from '../graph/document';

const COLUMN = 280;

/** The fix as one undoable command, new nodes laid out, nodes to the right moved aside where there is no room. */
export function fixCommand(doc: GraphDoc, fix: Fix): Command {
  const positions: Record<string, Position> = { ...doc.layout.positions };
  const moved: Record<string, Position> = {};
  const commands = fix.commands.map((command): Command => {
    if (command.kind !== 'addNode') return command;
    const { id } = command.node;
    const edges = fix.commands.flatMap((c) => (c.kind === 'addEdge' ? [c.edge] : []));
    const before = edges.find((edge) => edge.target.node === id && positions[edge.source.node]);
    const after = endOfChain(fix, id, positions);
    const left = before && positions[before.source.node];
    const right = after && positions[after];
    const position = left
      ? { x: left.x + COLUMN, y: right && right.y !== left.y ? (left.y + right.y) / 2 : left.y }
      : right
        ? { x: right.x - COLUMN, y: right.y }
        : freeSpot(positions);
    if (left && right && right.x < position.x + COLUMN) {
      const by = position.x + COLUMN - right.x;
      for (const [other, place] of Object.entries(positions)) {
        if (place.x >= right.x && other in doc.layout.positions) {
          positions[other] = moved[other] = { x: place.x + by, y: place.y };
        }
      }
    }
    positions[id] = position;
    return { ...command, position };
  });
  return {
    kind: 'batch',
    commands:
      Object.keys(moved).length > 0 ? [...commands, { kind: 'moveNodes', positions: moved }] : commands,
  };
}

/** The first node of the drawing behind a chain of added ones. */
function endOfChain(fix: Fix, from: string, positions: { readonly [id: string]: Position }): string | null {
  const next = fix.commands.find((c) => c.kind === 'addEdge' && c.edge.source.node === from);
  if (next?.kind !== 'addEdge') return null;
  const target = next.edge.target.node;
  return positions[target] ? target : endOfChain(fix, target, positions);
}

function freeSpot(positions: { readonly [id: string]: Position }): Position {
  const places = Object.values(positions);
  if (places.length === 0) return { x: 0, y: 0 };
  return {
    x: Math.max(...places.map((place) => place.x)) + COLUMN,
    y: places.reduce((sum, place) => sum + place.y, 0) / places.length,
  };
}
