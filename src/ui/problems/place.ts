/** Where a diagnostic belongs on screen: at a node (its own, a port's, a field's, the end of a wire) or at the whole model. */
import type { Diagnostic } from '../../graph/diagnostic';
import type { Meaning, NodeId } from '../../graph/document';

export function nodeOf(diagnostic: Diagnostic, meaning: Meaning): NodeId | null {
  const { where } = diagnostic;
  if ('node' in where) return where.node;
  if (where.kind === 'edge') return meaning.edges[where.edge]?.target.node ?? null;
  return null;
}

export interface Group {
  readonly key: string;
  readonly node: NodeId | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** One group per node, the model and the training settings first, nodes with errors before those with warnings. */
export function groupByPlace(diagnostics: readonly Diagnostic[], meaning: Meaning): readonly Group[] {
  const groups = new Map<string, { key: string; node: NodeId | null; diagnostics: Diagnostic[] }>();
  for (const diagnostic of diagnostics) {
    const node = nodeOf(diagnostic, meaning);
    const key = node ?? (diagnostic.where.kind === 'training' ? ' training' : ' document');
    const group = groups.get(key) ?? { key, node, diagnostics: [] };
    group.diagnostics.push(diagnostic);
    groups.set(key, group);
  }
  const rank = (group: Group): number =>
    group.node === null ? 0 : group.diagnostics.some((each) => each.severity === 'error') ? 1 : 2;
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}
