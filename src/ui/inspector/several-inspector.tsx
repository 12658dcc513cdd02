/** Actions and sums that make sense for any set of nodes; each is one undoable edit. */
import type { Command } from '../../graph/command';
import type { GraphNode } from '../../graph/document';
import { formatCount } from '../../messages/catalogue';
import { inspectorMessages as words } from '../../messages/inspector';
import { nodeType } from '../../nodes/index';
import { useDocument } from '../../state/document-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import css from './inspector.module.css';

export function SeveralInspector({ nodes }: { readonly nodes: readonly GraphNode[] }) {
  const text = useText();
  const costs = useDocument((state) => state.compiled.costs);
  const dispatch = useDocument((state) => state.dispatch);
  const all = (command: (node: GraphNode) => Command) => () =>
    dispatch({ kind: 'batch', commands: nodes.map(command) });
  const sum = (part: 'parameters' | 'multiplyAdds'): number =>
    nodes.reduce((total, node) => total + (costs.get(node.id)?.[part] ?? 0), 0);
  const isFrozen = nodes.every((node) => node.trainable === false);
  const isBypassed = nodes.every((node) => node.bypassed);
  const canBypass = nodes.every((node) => {
    const type = nodeType(node.type);
    return type !== undefined && type.inputs.length > 0 && type.outputs.length > 0;
  });
  return (
    <div className={css.panel}>
      <header>
        <h2 className={css.heading}>{text(words.several, { count: nodes.length })}</h2>
        <p className={css.kind}>{text(words.severalHelp)}</p>
      </header>
      <div className={css.actions}>
        <button
          type="button"
          className={problems.fix}
          onClick={all((node) => ({ kind: 'setTrainable', node: node.id, trainable: isFrozen }))}
        >
          {text(isFrozen ? words.unfreezeAll : words.freezeAll)}
        </button>
        {canBypass && (
          <button
            type="button"
            className={problems.fix}
            onClick={all((node) => ({ kind: 'setBypassed', node: node.id, bypassed: !isBypassed }))}
          >
            {text(isBypassed ? words.unbypassAll : words.bypassAll)}
          </button>
        )}
        <button
          type="button"
          className={problems.fix}
          onClick={all((node) => ({ kind: 'removeNode', node: node.id }))}
        >
          {text(words.removeAll)}
        </button>
      </div>
      <section className={css.section}>
        <h3 className={css.heading}>{text(words.together)}</h3>
        <dl className={css.facts}>
          <dt>{text(words.parameters)}</dt>
          <dd>{formatCount(sum('parameters'))}</dd>
          <dt title={text(words.multiplyAddsHelp)}>{text(words.multiplyAdds)}</dt>
          <dd>{formatCount(sum('multiplyAdds'))}</dd>
        </dl>
      </section>
    </div>
  );
}
