/** Small graphs for the tests of the canvas, written as wires: `'in > conv'`. */
import { compile } from '../../compile/index';
import type { CompileResult } from '../../compile/result';
import { apply } from '../../graph/apply';
import { type Config, type GraphDoc, nodeId } from '../../graph/document';
import { emptyDocument, newEdge, newNode } from '../../graph/new-document';
import { defaultConfig } from '../../nodes/fields';
import { nodeType } from '../../nodes/index';

/** `nodes`: id → type. A wire ends at the first port of each side unless it names one: `'in > sum.inputs'`. */
export function graph(nodes: { readonly [id: string]: string }, wires: readonly string[] = []): GraphDoc {
  let doc = emptyDocument('test');
  Object.entries(nodes).forEach(([id, typeId], index) => {
    const type = nodeType(typeId);
    const config = type ? (defaultConfig(type.fields) as Config) : {};
    const node = newNode(typeId, type?.version ?? 1, config, id);
    doc = apply(doc, { kind: 'addNode', node, position: { x: index * 260, y: 0 } }).doc;
  });
  for (const wire of wires) {
    const [source, target] = wire.split(' > ') as [string, string];
    const end = (text: string, side: 'inputs' | 'outputs') => {
      const [id, port] = text.split('.') as [string, string | undefined];
      return { node: nodeId(id), port: port ?? nodeType(nodes[id]!)![side][0]!.name };
    };
    const edge = newEdge(doc, end(source, 'outputs'), end(target, 'inputs'));
    doc = apply(doc, { kind: 'addEdge', edge }).doc;
  }
  return doc;
}

export const compiled = (doc: GraphDoc): CompileResult => compile(doc, null);
