/**
 * The size of a node and where its ports sit, in canvas units, known without measuring: wires to nodes that are not mounted
 * (only visible ones are) still end where the dot will be. card.css draws to the same numbers.
 */
import type { Edge } from '../../graph/document';
import type { NodeType } from '../../nodes/define-node';

export const NODE_WIDTH = 200;
export const TITLE_HEIGHT = 32;
const HEADLINE_HEIGHT = 22;
const PORT_ROW_HEIGHT = 20;
const FOOTER_HEIGHT = 26;
export const GRID = 20;

export interface Ports {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * The declared ports, then those that only wires speak of: an unknown node type, or a port of an older version, must still
 * show what hangs on it.
 */
export function portsOf(
  type: NodeType | undefined,
  incoming: readonly Edge[],
  outgoing: readonly Edge[],
): Ports {
  const inputs = type?.inputs.map((port) => port.name) ?? [];
  const outputs = type?.outputs.map((port) => port.name) ?? [];
  for (const { target } of incoming) if (!inputs.includes(target.port)) inputs.push(target.port);
  for (const { source } of outgoing) if (!outputs.includes(source.port)) outputs.push(source.port);
  return { inputs, outputs };
}

/** One input and one output share the headline's row; more get a labelled row each. */
export function portRows({ inputs, outputs }: Ports): number {
  const most = Math.max(inputs.length, outputs.length);
  return most > 1 ? most : 0;
}

export function nodeHeight(ports: Ports): number {
  return TITLE_HEIGHT + HEADLINE_HEIGHT + portRows(ports) * PORT_ROW_HEIGHT + FOOTER_HEIGHT;
}

/** Centre of the dot, from the top of the node. */
export function portY(ports: Ports, index: number): number {
  if (portRows(ports) === 0) return TITLE_HEIGHT + HEADLINE_HEIGHT / 2;
  return TITLE_HEIGHT + HEADLINE_HEIGHT + (index + 0.5) * PORT_ROW_HEIGHT;
}
