/** A document as a small drawing: blocks in their families' colours where they lie on the canvas, wires between them. */
import type { GraphDoc } from '../../graph/document';
import { nodeType } from '../../nodes/index';
import { familyColor } from '../theme/families';
import css from './dialogs.module.css';

const NODE = { width: 200, height: 84 };
const MARGIN = 60;

export function GraphThumbnail({ doc, label }: { readonly doc: GraphDoc; readonly label: string }) {
  const places = Object.entries(doc.layout.positions).filter(([id]) => doc.meaning.nodes[id]);
  if (places.length === 0) return <span className={css.picture} />;
  const xs = places.map(([, place]) => place.x);
  const ys = places.map(([, place]) => place.y);
  const left = Math.min(...xs) - MARGIN;
  const top = Math.min(...ys) - MARGIN;
  const width = Math.max(...xs) + NODE.width + MARGIN - left;
  const height = Math.max(...ys) + NODE.height + MARGIN - top;
  // Lines that keep their weight however far the drawing is scaled down.
  const unit = Math.max(width / 240, height / 112);
  return (
    <svg className={css.picture} viewBox={`${left} ${top} ${width} ${height}`} role="img" aria-label={label}>
      {Object.values(doc.meaning.edges).map((edge) => {
        const from = doc.layout.positions[edge.source.node];
        const to = doc.layout.positions[edge.target.node];
        if (!from || !to) return null;
        const [x1, y1] = [from.x + NODE.width, from.y + NODE.height / 2];
        const [x2, y2] = [to.x, to.y + NODE.height / 2];
        return (
          <path
            key={edge.id}
            d={wire(x1, y1, x2, y2)}
            fill="none"
            strokeLinejoin="round"
            stroke="var(--border-strong)"
            strokeWidth={1.2 * unit}
          />
        );
      })}
      {places.map(([id, place]) => (
        <rect
          key={id}
          x={place.x}
          y={place.y}
          width={NODE.width}
          height={NODE.height}
          rx={14}
          fill={familyColor(nodeType(doc.meaning.nodes[id]?.type ?? '')?.family ?? 'unknown')}
        />
      ))}
    </svg>
  );
}

/** Forward a curve; backward, to the next row of a long chain, round the corner as on the canvas. */
function wire(x1: number, y1: number, x2: number, y2: number): string {
  if (x2 < x1) {
    const middle = (y1 + y2) / 2;
    return `M${x1},${y1}h30V${middle}H${x2 - 30}V${y2}H${x2}`;
  }
  const bend = Math.max(30, (x2 - x1) / 2);
  return `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
}
