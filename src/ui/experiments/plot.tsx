/** A small chart: axes, grid and a place to draw in. Plain SVG at its real size, so that lines and letters stay sharp. */

import { useElementSize } from '@mantine/hooks';
import type { ReactNode } from 'react';
// Also for the series colours, which it defines for the whole page.
import charts from '../charts/charts.module.css';
import { linePath } from '../charts/line-path';
import type { AxisScale } from '../charts/scale';
import css from './experiments.module.css';

export interface PlotAxis {
  readonly scale: AxisScale;
  readonly log: boolean;
  readonly title: string;
  format(value: number): string;
}
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(value: number): number;
  y(value: number): number;
}

interface PlotProps {
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly description: string;
  children(area: PlotArea): ReactNode;
}

const MARGIN = { left: 56, right: 16, top: 10, bottom: 34 };

const position = ({ scale, log }: PlotAxis, value: number): number => {
  const [from, to] = scale.domain;
  return log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
};

export function Plot({ x, y, description, children }: PlotProps) {
  const { ref, width, height } = useElementSize();
  const left = MARGIN.left;
  const right = Math.max(left + 20, width - MARGIN.right);
  const top = MARGIN.top;
  const bottom = Math.max(top + 20, height - MARGIN.bottom);
  const area: PlotArea = {
    ...{ left, right, top, bottom },
    x: (value) => left + position(x, value) * (right - left),
    y: (value) => bottom - Math.min(1.2, Math.max(-0.2, position(y, value))) * (bottom - top),
  };
  return (
    <div ref={ref} className={css.plot} role="img" aria-label={description}>
      {width > 0 && (
        <svg width={width} height={height} aria-hidden>
          {y.scale.ticks.map((tick) => (
            <g key={tick}>
              <line x1={left} x2={right} y1={area.y(tick)} y2={area.y(tick)} stroke="var(--border)" />
              <text className={charts.axis} x={left - 6} y={area.y(tick)} dy="0.35em" textAnchor="end">
                {y.format(tick)}
              </text>
            </g>
          ))}
          {readable(x.scale.ticks, right - left).map((tick) => (
            <g key={tick}>
              <line
                x1={area.x(tick)}
                x2={area.x(tick)}
                y1={bottom}
                y2={bottom + 4}
                stroke="var(--border-strong)"
              />
              <text className={charts.axis} x={area.x(tick)} y={bottom + 15} textAnchor="middle">
                {x.format(tick)}
              </text>
            </g>
          ))}
          <line x1={left} x2={right} y1={bottom} y2={bottom} stroke="var(--border-strong)" />
          <text className={charts.axis} x={(left + right) / 2} y={height - 3} textAnchor="middle">
            {x.title}
          </text>
          <text
            className={charts.axis}
            transform={`translate(11 ${(top + bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {y.title}
          </text>
          {children(area)}
        </svg>
      )}
    </div>
  );
}

const TICK_WIDTH = 40;
/** Every second, third, … tick where all of them would touch. */
function readable(ticks: readonly number[], width: number): readonly number[] {
  const every = Math.max(1, Math.ceil((ticks.length * TICK_WIDTH) / width));
  return ticks.filter((_, i) => i % every === 0);
}

/** A path through the points; gaps where a value is none. */
export function pathOf(area: PlotArea, points: readonly (readonly [x: number, y: number])[]): string {
  return linePath(points.map(([x, y]) => [area.x(x), area.y(y)]));
}
