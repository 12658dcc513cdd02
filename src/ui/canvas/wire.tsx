/** A wire, tinted by what its source port carries; the shape stands at its middle while hovered, selected or asked for. */
import { BaseEdge, type EdgeProps, getBezierPath, getSmoothStepPath } from '@xyflow/react';
import { memo, useState } from 'react';
import { useView } from '../../state/view-store';
import type { Wire as WireEdge } from './flow-model';

export const Wire = memo(function Wire(props: EdgeProps<WireEdge>) {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, selected, data } = props;
  const isStep = useView((view) => view.wireStyle === 'step');
  const showShapes = useView((view) => view.showShapes);
  const [isHovered, setHovered] = useState(false);
  const ends = { sourceX, sourceY, sourcePosition, targetX, targetY, targetPosition };
  // A wire that runs back goes round in right angles: a curve would cross the nodes it joins.
  const isBack = targetX < sourceX;
  const [path, x, y] =
    isStep || isBack ? getSmoothStepPath({ ...ends, borderRadius: 12, offset: 28 }) : getBezierPath(ends);
  const shape = data?.shape ?? '';
  // A short wire keeps its label for the hover: the shape already stands in the node before it.
  const hasRoom = isBack || Math.hypot(targetX - sourceX, targetY - sourceY) > shape.length * FIGURE + 40;
  const label = shape && (isHovered || selected || (showShapes && hasRoom)) ? shape : null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only shows what the outline says in words
    <g
      className="wire"
      data-flow={data?.flow ?? 'unknown'}
      data-selected={selected || undefined}
      data-bypassed={data?.isBypassed || undefined}
      data-error={data?.hasError || undefined}
      onMouseEnter={() => setHovered(true)}
      onMouseLeave={() => setHovered(false)}
    >
      <BaseEdge path={path} interactionWidth={20} />
      {label && <WireLabel x={x} y={y} text={label} />}
    </g>
  );
});

/** Width of one figure of the mono font at 11 px: SVG cannot size a box to its text. */
const FIGURE = 6.7;

function WireLabel({ x, y, text }: { readonly x: number; readonly y: number; readonly text: string }) {
  const width = text.length * FIGURE + 12;
  return (
    <g className="wire-label" transform={`translate(${x} ${y})`} aria-hidden>
      <rect x={-width / 2} y={-9} width={width} height={18} rx={5} />
      <text textAnchor="middle" dominantBaseline="central">
        {text}
      </text>
    </g>
  );
}
