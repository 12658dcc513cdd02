/** Parallel coordinates (Inselberg, 1985): an axis for each setting and one for the measure, a line for each run, its colour by how good. */
import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import type { Dimension } from '../../compile/experiments/space';
import { betterOf } from '../../compile/experiments/summary';
import type { Json } from '../../graph/json';
import { experimentMessages as words } from '../../messages/experiments';
import { scoreOf } from '../../state/experiment-jobs';
import type { Experiment, ExperimentJob } from '../../state/experiment-store';
import charts from '../charts/charts.module.css';
import { useText } from '../i18n';
import { formatMeasure, parseMeasure } from '../training/measure-title';
import { useColumnTitle } from '../training/use-column-title';
import css from './experiments.module.css';
import { useSettingWords } from './use-setting-words';

interface Axis {
  readonly title: string;
  /** 0 at the bottom, 1 at the top. */
  position(job: ExperimentJob): number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

interface ParallelCoordinatesProps {
  readonly experiment: Experiment;
  readonly best: ExperimentJob | null;
}

/** Titles stand in two lines in turn, so that each has the room of two. */
const MARGIN = { x: 52, top: 44, bottom: 14 };

export function ParallelCoordinates({ experiment, best }: ParallelCoordinatesProps) {
  const text = useText();
  const { ref, width, height } = useElementSize();
  const [hovered, setHovered] = useState<string | null>(null);
  const columnTitle = useColumnTitle();
  const axes = useAxes(experiment);
  if (experiment.settings.kind !== 'search') return null;
  const { measure } = experiment.settings.search;
  const jobs = furthest(experiment.jobs.filter((job) => scoreOf(job, measure) !== null));
  const x = (i: number) => MARGIN.x + (i / Math.max(1, axes.length - 1)) * Math.max(0, width - 2 * MARGIN.x);
  const y = (at: number) => MARGIN.top + (1 - at) * Math.max(0, height - MARGIN.top - MARGIN.bottom);
  const isHigher = betterOf(measure) === 'higher';
  const goodness = (job: ExperimentJob) => {
    const at = axes.at(-1)!.position(job);
    return isHigher ? at : 1 - at;
  };
  const isBright = (job: ExperimentJob) => job.run === hovered || (hovered === null && job.run === best?.run);
  // The bright ones last, so that no other lies over them.
  const ordered = [...jobs.filter((job) => !isBright(job)), ...jobs.filter(isBright)];
  return (
    <figure className={css.figure}>
      <div
        ref={ref}
        className={css.plot}
        role="img"
        aria-label={text(words.coordinatesDescription, { runs: jobs.length, measure: columnTitle(measure) })}
      >
        {width > 0 && (
          <svg width={width} height={height} aria-hidden>
            <g fill="none" strokeLinejoin="round">
              {ordered.map((job) => (
                <path
                  key={job.run}
                  d={`M${axes.map((axis, i) => `${x(i).toFixed(1)},${y(axis.position(job)).toFixed(1)}`).join('L')}`}
                  stroke={isBright(job) ? 'var(--series-2)' : 'var(--series-1)'}
                  strokeWidth={isBright(job) ? 2.5 : 1.25}
                  opacity={isBright(job) ? 1 : 0.25 + 0.6 * goodness(job)}
                  onPointerEnter={() => setHovered(job.run)}
                  onPointerLeave={() => setHovered(null)}
                />
              ))}
            </g>
            {axes.map((axis, i) => (
              <g key={axis.title}>
                <line x1={x(i)} x2={x(i)} y1={y(1)} y2={y(0)} stroke="var(--border-strong)" />
                <text className={css.axisTitle} x={x(i)} y={i % 2 === 0 ? 12 : 27} textAnchor="middle">
                  {shortened(axis.title, Math.max(8, Math.floor((width / axes.length) * 0.27)))}
                  <title>{axis.title}</title>
                </text>
                {axis.ticks.map((tick) => (
                  <text
                    key={`${tick.at} ${tick.text}`}
                    className={`${charts.axis} ${css.halo}`}
                    x={x(i) + (i === axes.length - 1 ? 6 : -6)}
                    y={y(tick.at)}
                    dy="0.35em"
                    textAnchor={i === axes.length - 1 ? 'start' : 'end'}
                  >
                    {tick.text}
                  </text>
                ))}
              </g>
            ))}
          </svg>
        )}
      </div>
    </figure>
  );
}

/** Of settings that went on to a later rung only the last run. */
function furthest(jobs: readonly ExperimentJob[]): readonly ExperimentJob[] {
  const last = new Map<number, ExperimentJob>();
  for (const job of jobs) if (job.variation.kind === 'trial') last.set(job.variation.trial, job);
  return [...last.values()];
}

const shortened = (title: string, length: number): string =>
  title.length > length ? `${title.slice(0, length - 1)}…` : title;

function useAxes({ settings, meaning, jobs }: Experiment): readonly Axis[] {
  const settingWords = useSettingWords(meaning);
  const columnTitle = useColumnTitle();
  if (settings.kind !== 'search') return [];
  const { dimensions, measure } = settings.search;
  const axes = dimensions.map((dimension, i): Axis => {
    const title = settingWords.title(dimension.place);
    const settingOf = ({ variation }: ExperimentJob) =>
      variation.kind === 'trial' ? variation.point[i]! : null;
    return {
      title,
      ...settingAxis(dimension, settingOf, (value) => settingWords.value(dimension.place, value)),
    };
  });
  const scores = jobs.flatMap((job) => scoreOf(job, measure) ?? []);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const format = (value: number) => formatMeasure(parseMeasure(measure).id, value);
  axes.push({
    title: columnTitle(measure),
    position: (job) => (high > low ? ((scoreOf(job, measure) ?? low) - low) / (high - low) : 0.5),
    ticks:
      high > low
        ? [0, 0.5, 1].map((at) => ({ at, text: format(low + at * (high - low)) }))
        : scores.slice(0, 1).map((score) => ({ at: 0.5, text: format(score) })),
  });
  return axes;
}

/** A range runs from end to end; a list has a place for each of its values, numbers in their order. */
function settingAxis(
  { values }: Dimension,
  settingOf: (job: ExperimentJob) => Json,
  format: (value: Json) => string,
): Omit<Axis, 'title'> {
  if (values.kind === 'range') {
    const { from, to, log } = values;
    const at = (value: number) =>
      log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
    const middle = Number((log ? Math.sqrt(from * to) : (from + to) / 2).toPrecision(3));
    return {
      position: (job) => at(Number(settingOf(job))),
      ticks: [from, middle, to].map((value) => ({ at: at(value), text: format(value) })),
    };
  }
  const list = values.values.every((value) => typeof value === 'number')
    ? values.values.toSorted((a, b) => Number(a) - Number(b))
    : values.values;
  const at = (index: number) => (list.length > 1 ? index / (list.length - 1) : 0.5);
  return {
    position: (job) => at(Math.max(0, list.indexOf(settingOf(job)))),
    ticks: list.map((value, i) => ({ at: at(i), text: format(value) })),
  };
}
