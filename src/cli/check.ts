/** `weft check FILE`: shapes, parameters, multiply-adds, diagnostics. Exit code 1 when the model cannot be built. */
import { compile } from '../compile/index';
import type { NodeId } from '../graph/document';
import { formatShape } from '../graph/shape';
import { topology } from '../graph/topology';
import { nodeType } from '../nodes/index';
import { loadDataset, loadProject, shippedSchema } from './load';
import { diagnosticText, printJson, printTable } from './print';

export interface CheckOptions {
  readonly file: string;
  readonly data: string | undefined;
  readonly target: string | undefined;
  readonly json: boolean;
}

export async function check({ file, data, target, json }: CheckOptions): Promise<number> {
  const doc = loadProject(file);
  const schema = data === undefined ? shippedSchema(doc) : (await loadDataset(doc, data, target)).schema;
  const result = compile(doc, schema);
  // As data flows; what stands on or behind a cycle comes last.
  const { order } = topology(doc.meaning);
  const ids = new Set([...order, ...(Object.keys(doc.meaning.nodes) as NodeId[])]);
  const nodes = [...ids].map((id) => {
    const node = doc.meaning.nodes[id]!;
    const shapes = (nodeType(node.type)?.outputs ?? []).flatMap(({ name }) => {
      const fact = result.shapes.get(`${node.id}:${name}`);
      return fact ? [[name, fact] as const] : [];
    });
    const cost = result.costs.get(node.id);
    return {
      id: node.id,
      type: node.type,
      shapes,
      parameters: cost?.parameters ?? 0,
      multiplyAdds: cost?.multiplyAdds ?? 0,
    };
  });
  const diagnostics = result.diagnostics.map((diagnostic) => ({
    code: diagnostic.code,
    severity: diagnostic.severity,
    where: diagnostic.where,
    message: diagnosticText(diagnostic, doc),
    fixes: diagnostic.fixes.length,
  }));
  const isBuildable = result.plan !== null;
  if (json) {
    printJson({
      ok: isBuildable,
      total: result.total,
      nodes: nodes.map(({ shapes, ...node }) => ({
        ...node,
        outputs: Object.fromEntries(
          shapes.map(([port, fact]) => [port, { shape: fact.shape, dtype: fact.dtype, flow: fact.flow }]),
        ),
      })),
      diagnostics,
    });
  } else {
    printTable([
      ['node', 'type', 'output', 'parameters', 'multiply-adds'],
      ...nodes.map((node) => [
        node.id,
        node.type,
        node.shapes.map(([, fact]) => formatShape(fact.shape)).join(', '),
        node.parameters,
        node.multiplyAdds,
      ]),
      ['total', '', '', result.total.parameters, result.total.multiplyAdds],
    ]);
    for (const { severity, message, where } of diagnostics) {
      const place = 'node' in where ? ` [${where.node}]` : '';
      process.stdout.write(`${severity}${place}: ${message}\n`);
    }
  }
  return isBuildable ? 0 : 1;
}
