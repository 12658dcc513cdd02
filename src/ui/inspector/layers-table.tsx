/** Keras's `summary()`, live: every node with its shape and parameters, in the order in which the model computes them. */
import { useMemo } from 'react';
import type { GraphNode } from '../../graph/document';
import { formatShape } from '../../graph/shape';
import { topology } from '../../graph/topology';
import { formatCount } from '../../messages/catalogue';
import { inspectorMessages as words } from '../../messages/inspector';
import { nodeType } from '../../nodes/index';
import { useDocument } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { canvasControls } from '../canvas/canvas-controls';
import { useText } from '../i18n';
import { familyColor } from '../theme/families';
import css from './inspector.module.css';

export function LayersTable({ labelledBy }: { readonly labelledBy: string }) {
  const text = useText();
  const meaning = useDocument((state) => state.doc.meaning);
  const { shapes, costs, total } = useDocument((state) => state.compiled);
  const select = useView((state) => state.select);
  const order = useMemo(() => {
    const graph = topology(meaning);
    return [...graph.order, ...graph.cyclic].flatMap((id) => meaning.nodes[id] ?? []);
  }, [meaning]);
  const shapeOf = (node: GraphNode): string => {
    const port = nodeType(node.type)?.outputs[0];
    const fact = port && shapes.get(`${node.id}:${port.name}`);
    return fact ? formatShape(fact.shape) : '';
  };
  return (
    <table className={css.layers} aria-labelledby={labelledBy}>
      <thead>
        <tr>
          <th scope="col">{text(words.layer)}</th>
          <th scope="col">{text(words.shape)}</th>
          <th scope="col">{text(words.parameters)}</th>
        </tr>
      </thead>
      <tbody>
        {order.map((node) => {
          const type = nodeType(node.type);
          return (
            <tr key={node.id}>
              <td>
                <button
                  type="button"
                  onClick={() => {
                    select([node.id]);
                    canvasControls()?.reveal(node.id);
                  }}
                >
                  <span
                    className={css.stripe}
                    style={{ background: familyColor(type?.family ?? 'unknown') }}
                    aria-hidden
                  />
                  <span>{node.title || (type ? text(type.title) : node.type)}</span>
                </button>
              </td>
              <td className="mono">{shapeOf(node)}</td>
              <td>{formatCount(costs.get(node.id)?.parameters ?? 0)}</td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <td>{text(words.total)}</td>
          <td />
          <td>{formatCount(total.parameters)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
