/**
 * One chart of a run. Axes and grid are recharts'; the curves are plain paths through its scales, because a path of 500
 * points costs a frame nothing while 500 recharts points cost it most of its budget.
 */
import { memo, useMemo } from 'react';
import { CartesianGrid, Label, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import css from './charts.module.css';
import { CursorReadout } from './cursor-readout';
import { CurveLayer } from './curve-layer';
import { epochTicks, linearScale, logScale } from './scale';
import type { Series } from './series';
import { visibleRange } from './smoothing';

interface CurveChartProps {
  readonly title: string;
  /** What a screen reader hears instead of the drawing; the numbers themselves are in the history table. */
  readonly description: string;
  readonly epochTitle: string;
  readonly series: readonly Series[];
  readonly lastEpoch: number;
  readonly log: boolean;
}

const NO_DATA: never[] = [];
const MARGIN = { top: 8, right: 64, bottom: 16, left: 0 };
const TICK = { fill: 'var(--text-dim)', fontSize: 11 };
const LINE = { stroke: 'var(--border-strong)' };

export const CurveChart = memo(function CurveChart(props: CurveChartProps) {
  const { title, description, epochTitle, series, lastEpoch, log } = props;
  const scale = useMemo(() => {
    const epochs = series.flatMap((each) => [each.train, each.validation]);
    const range =
      visibleRange(
        epochs,
        series.map((each) => each.steps),
        log,
      ) ?? (log ? [0.1, 1] : [0, 1]);
    return log ? logScale(range[0], range[1]) : linearScale(range[0], range[1], 3);
  }, [series, log]);
  const format = series[0]?.formatTick ?? String;
  return (
    <figure className={css.figure}>
      <figcaption className={css.caption}>
        <strong>{title}</strong>
        <CursorReadout series={series} />
      </figcaption>
      <div className={css.plot} role="img" aria-label={description}>
        <ResponsiveContainer
          width="100%"
          height="100%"
          minWidth={0}
          initialDimension={{ width: 400, height: 160 }}
        >
          <LineChart data={NO_DATA} margin={MARGIN} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--border)" strokeWidth={1} vertical={false} />
            <XAxis
              type="number"
              dataKey="x"
              domain={[0, lastEpoch]}
              ticks={[...epochTicks(lastEpoch)]}
              interval={0}
              height={22}
              tick={TICK}
              tickSize={4}
              tickLine={LINE}
              axisLine={LINE}
              allowDataOverflow
            >
              <Label value={epochTitle} position="insideBottom" offset={-8} className={css.axis ?? ''} />
            </XAxis>
            <YAxis
              type="number"
              dataKey="y"
              width={52}
              scale={log ? 'log' : 'linear'}
              domain={[scale.domain[0], scale.domain[1]]}
              ticks={[...scale.ticks]}
              interval={0}
              tick={TICK}
              tickFormatter={format}
              tickLine={false}
              axisLine={false}
              allowDataOverflow
            />
            <CurveLayer series={series} lastEpoch={lastEpoch} />
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
});
