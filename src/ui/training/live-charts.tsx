/** Loss and metrics of the current run, side by side under one crosshair. Redrawn about ten times a second, never more. */
import { useEffect, useMemo, useState } from 'react';
import { trainingMessages as words } from '../../messages/training';
import { runStore, useRun } from '../../state/run-store';
import { CurveChart } from '../charts/curve-chart';
import type { Series } from '../charts/series';
import { type Curve, smooth, thin } from '../charts/smoothing';
import { useText } from '../i18n';
import { MeasureChips } from './measure-chips';
import { formatMeasure, formatTick, isLoss, isPercent, parseMeasure } from './measure-title';
import css from './training.module.css';
import { useColumnTitle } from './use-column-title';
import { useThrottled } from './use-throttled';

/** Between two redraws. A frame budget of 16 ms is far below; the eye sees no more than this in a growing curve. */
const REDRAW_MS = 100;
/** Points per curve; a chart is seldom wider in pixels. */
const STEP_POINTS = 400;
const EPOCH_POINTS = 250;

interface LiveChartsProps {
  readonly log: boolean;
  readonly smoothing: number;
  /** Measures whose visibility the user has turned round. */
  readonly flipped: ReadonlySet<string>;
  onToggle(column: string): void;
}

export function LiveCharts({ log, smoothing, flipped, onToggle }: LiveChartsProps) {
  const text = useText();
  const version = useThrottled(
    useRun((state) => state.version),
    REDRAW_MS,
  );
  const status = useRun((state) => state.status);
  const planned = useRun((state) => state.epochs);
  const columnTitle = useColumnTitle();

  const all = useMemo(() => {
    void version;
    return readSeries(smoothing, columnTitle);
  }, [version, smoothing, columnTitle]);
  const reached = useMemo(() => lastX(all), [all]);
  const isEnded = status === 'done' || status === 'failed';
  const lastEpoch = isEnded ? Math.max(1, reached) : axisEnd(reached, planned);

  // Only `version` may redraw the charts; this component itself renders with every frame of the store.
  const charts = useMemo(
    () =>
      [
        { title: text(words.lossTitle), series: all.filter((each) => isLoss(each.id)) },
        { title: text(words.metrics), series: all.filter((each) => !isLoss(each.id)) },
      ]
        .filter((chart) => chart.series.length > 0)
        .map((chart) => {
          const shown = chart.series.filter(
            (each) => isShownFirst(each, chart.series) !== flipped.has(each.id),
          );
          const [only] = shown;
          const title = shown.length === 1 && only ? only.label : chart.title;
          const legend = chart.series.length > 1 && (
            <MeasureChips series={chart.series} shown={shown} onToggle={onToggle} />
          );
          const description = describe(text, title, shown);
          return { shown, title, legend, description, key: chart.title };
        }),
    [all, flipped, onToggle, text],
  );
  // One chart per task: mounting both at once would hold the page for longer than a frame may.
  const [mounted, setMounted] = useState(1);
  useEffect(() => {
    if (mounted >= charts.length) return;
    const timer = setTimeout(() => setMounted(mounted + 1), 0);
    return () => clearTimeout(timer);
  }, [mounted, charts.length]);
  return (
    <div className={css.charts}>
      {charts.map((chart, index) => (
        <div key={chart.key} className={css.chart}>
          {index < mounted && (
            <CurveChart
              title={chart.title}
              description={chart.description}
              epochTitle={text(words.epoch)}
              series={chart.shown}
              lastEpoch={lastEpoch}
              legend={chart.legend}
              log={log && chart.shown.every((each) => isLoss(each.id))}
            />
          )}
        </div>
      ))}
    </div>
  );
}

/** Measures in different units do not share an axis unless asked to: the first one shows, and its like. */
function isShownFirst(series: Series, all: readonly Series[]): boolean {
  const first = parseMeasure(all[0]?.id ?? '').id;
  const { id } = parseMeasure(series.id);
  return id === first || (isPercent(id) && isPercent(first));
}

/** Every measure of the run as it stands in the store's buffers. */
function readSeries(smoothing: number, title: (column: string) => string): readonly Series[] {
  const run = runStore.getState();
  const stepsPerEpoch = Math.max(1, run.stepsPerEpoch);
  const first = run.epochRows[0]?.measures ?? {};
  const columns = [...new Set([...run.columns(), ...Object.keys(first)])].filter(
    (column) => !parseMeasure(column).validation,
  );
  return columns.map((column, index) => {
    const { x, y } = run.curve(column, STEP_POINTS);
    const steps: Curve = { x: x.map((step) => step / stepsPerEpoch), y };
    const { id } = parseMeasure(column);
    return {
      id: column,
      label: title(column),
      color: index + 1,
      steps,
      smoothed: smoothing > 0 ? smooth(steps, smoothing) : null,
      train: epochCurve(column),
      validation: epochCurve(`val_${column}`),
      ...formatsOf(id),
    };
  });
}

type Formats = Pick<Series, 'format' | 'formatTick'>;
const formats = new Map<string, Formats>();

/** The same functions every time: a new one would look like a new axis. */
function formatsOf(id: string): Formats {
  const known = formats.get(id) ?? {
    format: (value: number) => formatMeasure(id, value),
    formatTick: (value: number) => formatTick(id, value),
  };
  formats.set(id, known);
  return known;
}

function epochCurve(column: string): Curve {
  const rows = runStore.getState().epochRows.filter((row) => Number.isFinite(row.measures[column]));
  return thin(
    { x: rows.map((row) => row.epoch), y: rows.map((row) => row.measures[column] ?? 0) },
    EPOCH_POINTS,
  );
}

function lastX(series: readonly Series[]): number {
  return Math.max(
    0,
    ...series.map((each) =>
      Math.max(each.steps.x[each.steps.x.length - 1] ?? 0, each.train.x[each.train.x.length - 1] ?? 0),
    ),
  );
}

/** Short runs show their whole planned length; long ones grow by a quarter at a time, so that the beginning is not a sliver. */
function axisEnd(reached: number, planned: number): number {
  if (planned <= 20) return Math.max(1, planned);
  return Math.min(planned, Math.max(10, Math.ceil((reached * 1.25) / 5) * 5));
}

function describe(text: ReturnType<typeof useText>, title: string, series: readonly Series[]): string {
  const latest = series.flatMap((each) =>
    (
      [
        [words.trainSeries, each.train],
        [words.validationSeries, each.validation],
      ] as const
    ).flatMap(([name, curve]) => {
      const value = curve.y[curve.y.length - 1];
      return value === undefined ? [] : [`${each.label} ${text(name)} ${each.format(value)}`];
    }),
  );
  return latest.length
    ? text(words.chartLabel, { title, latest: latest.join(', ') })
    : text(words.chartWaiting, { title });
}
