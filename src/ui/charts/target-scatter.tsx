/** Prediction against target for a numbers head; the diagonal is where both agree. */
import { memo, useMemo } from 'react';
import {
  CartesianGrid,
  Label,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  XAxis,
  YAxis,
} from 'recharts';
import css from './charts.module.css';
import { linearScale } from './scale';

interface TargetScatterProps {
  readonly target: readonly number[];
  readonly prediction: readonly number[];
  readonly targetTitle: string;
  readonly predictionTitle: string;
  readonly description: string;
}

const TICK = { fill: 'var(--text-dim)', fontSize: 11 };
const LINE = { stroke: 'var(--border-strong)' };
const short = (value: number): string => String(Number(value.toPrecision(4)));

export const TargetScatter = memo(function TargetScatter(props: TargetScatterProps) {
  const { target, prediction, targetTitle, predictionTitle, description } = props;
  const points = useMemo(
    () => target.map((x, index) => ({ x, y: prediction[index] ?? Number.NaN })),
    [target, prediction],
  );
  // One scale for both axes: otherwise the diagonal would not mean agreement.
  const { domain, ticks } = useMemo(() => {
    const all = [...target, ...prediction].filter(Number.isFinite);
    return linearScale(Math.min(...all), Math.max(...all), 5);
  }, [target, prediction]);
  const axis = {
    type: 'number',
    domain: [domain[0], domain[1]] as [number, number],
    ticks: [...ticks],
    tick: TICK,
    tickFormatter: short,
  } as const;
  return (
    <div className={css.plot} role="img" aria-label={description} style={{ minHeight: 140 }}>
      <ResponsiveContainer
        width="100%"
        height="100%"
        minWidth={0}
        initialDimension={{ width: 300, height: 160 }}
      >
        <ScatterChart margin={{ top: 8, right: 12, bottom: 16, left: 4 }} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--border)" />
          <XAxis {...axis} dataKey="x" height={22} tickLine={LINE} axisLine={LINE}>
            <Label value={targetTitle} position="insideBottom" offset={-8} className={css.axis ?? ''} />
          </XAxis>
          <YAxis {...axis} dataKey="y" width={58} tickLine={false} axisLine={false}>
            <Label
              value={predictionTitle}
              angle={-90}
              position="insideLeft"
              className={css.axis ?? ''}
              style={{ textAnchor: 'middle' }}
            />
          </YAxis>
          <ReferenceLine
            segment={[
              { x: domain[0], y: domain[0] },
              { x: domain[1], y: domain[1] },
            ]}
            stroke="var(--border-strong)"
            strokeDasharray="4 4"
          />
          <Scatter
            data={points}
            fill="var(--series-1)"
            fillOpacity={0.55}
            isAnimationActive={false}
            shape={<Dot />}
          />
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  );
});

function Dot({ cx, cy, fill }: { readonly cx?: number; readonly cy?: number; readonly fill?: string }) {
  return <circle cx={cx} cy={cy} r={3} fill={fill} fillOpacity={0.55} />;
}
