/** The right panel: the selected node, what several selected nodes have in common, or the whole model. */
import { useDocument } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { ModelSummary } from './model-summary';
import { NodeInspector } from './node-inspector';
import { SeveralInspector } from './several-inspector';

export function Inspector() {
  const selected = useView((state) => state.selectedNodes);
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  // The selection may outlive a node for one frame (undo of an addition), so only what exists counts.
  const chosen = [...selected].flatMap((id) => nodes[id] ?? []);
  if (chosen.length === 0) return <ModelSummary />;
  const [only] = chosen;
  return chosen.length === 1 && only ? (
    <NodeInspector key={only.id} node={only} />
  ) : (
    <SeveralInspector nodes={chosen} />
  );
}
