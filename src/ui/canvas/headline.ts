/** The one line on a node that says what matters, from a config that is first made legal. Remembered per node object. */
import type { GraphNode } from '../../graph/document';
import type { ConfigOf, Fields } from '../../nodes/fields';
import { nodeType } from '../../nodes/index';
import { parseConfig } from '../../nodes/parse-config';

const known = new WeakMap<GraphNode, string>();

export function headlineOf(node: GraphNode): string {
  const cached = known.get(node);
  if (cached !== undefined) return cached;
  const type = nodeType(node.type);
  const text = type ? type.headline(parseConfig(type, node.config).config as ConfigOf<Fields>) : node.type;
  known.set(node, text);
  return text;
}
