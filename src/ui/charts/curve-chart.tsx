/**
 * One chart of a run. Axes and grid are recharts'; the curves are plain paths through its scales, because a path of 500
 * points costs a frame nothing while 500 recharts points cost it most of its budget.
 */
import { memo, type ReactNode, useMemo } from 'react';
import { CartesianGrid, Label, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import css from './charts.module.css';
import { CursorReadout } from './cursor-readout';
import { CurveLayer } from './curve-layer';
import { type AxisScale, epochTicks, linearScale, logScale } from './scale';
import type { Series } from './series';
import { SeriesContext } from './series-context';
import { visibleRange } from './smoothing';

interface CurveChartProps {
  readonly title: string;
  /** What a screen reader hears instead of the drawing; the numbers themselves are in the history table. */
  readonly description: string;
  readonly epochTitle: string;
  readonly series: readonly Series[];
  readonly lastEpoch: number;
  readonly log: boolean;
  /** Shown beside the title while the crosshair is away; without it, what is drawn how. */
  readonly legend?: ReactNode;
}

export const CurveChart = memo(function CurveChart(props: CurveChartProps) {
  const { title, description, epochTitle, series, lastEpoch, log, legend } = props;
  const scale = useScale(series, log);
  return (
    <figure className={css.figure}>
      <figcaption className={css.caption}>
        <strong>{title}</strong>
        <CursorReadout series={series} legend={legend} />
      </figcaption>
      <div className={css.plot} role="img" aria-label={description}>
        <SeriesContext.Provider value={series}>
          <Axes
            scale={scale}
            lastEpoch={lastEpoch}
            log={log}
            epochTitle={epochTitle}
            format={series[0]?.formatTick ?? String}
          />
        </SeriesContext.Provider>
      </div>
    </figure>
  );
});

/** The same object while the round numbers stay the same, so that the axes are not drawn again for every new point. */
function useScale(series: readonly Series[], log: boolean): AxisScale {
  const epochs = series.flatMap((each) => [each.train, each.validation]);
  const steps = series.map((each) => each.steps);
  const [low, high] = visibleRange(epochs, steps, log) ?? (log ? [0.1, 1] : [0, 1]);
  const scale = log ? logScale(low, high) : linearScale(low, high, 3);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ticks decide, not the object that holds them
  return useMemo(() => scale, [scale.ticks.join(' ')]);
}

interface AxesProps {
  readonly scale: AxisScale;
  readonly lastEpoch: number;
  readonly log: boolean;
  readonly epochTitle: string;
  format(value: number): string;
}

const NO_DATA: never[] = [];
const MARGIN = { top: 8, right: 72, bottom: 16, left: 0 };
const SIZE_BEFORE_LAYOUT = { width: 400, height: 160 };
const TICK = { fill: 'var(--text-dim)', fontSize: 11 };
const LINE = { stroke: 'var(--border-strong)' };

const Axes = memo(function Axes({ scale, lastEpoch, log, epochTitle, format }: AxesProps) {
  return (
    <ResponsiveContainer width="100%" height="100%" minWidth={0} initialDimension={SIZE_BEFORE_LAYOUT}>
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
        <CurveLayer lastEpoch={lastEpoch} />
      </LineChart>
    </ResponsiveContainer>
  );
});
