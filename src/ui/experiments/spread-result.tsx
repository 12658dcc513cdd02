/** Repeated seeds and folds: curves as a band, and what the runs came to as mean and deviation. */
import { useMemo, useState } from 'react';
import { band, type Statistics, statistics } from '../../compile/experiments/summary';
import { experimentMessages as words } from '../../messages/experiments';
import type { Experiment } from '../../state/experiment-store';
import { epochTicks, linearScale } from '../charts/scale';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import { formatMeasure, formatTick, parseMeasure } from '../training/measure-title';
import { useColumnTitle } from '../training/use-column-title';
import css from './experiments.module.css';
import { JobsTable } from './jobs-table';
import { Plot, pathOf } from './plot';
import { inPhrase } from './use-setting-words';

export function SpreadResult({ experiment }: { readonly experiment: Experiment }) {
  return (
    <div className={css.columns}>
      <BandPlot experiment={experiment} />
      <div className={css.summary}>
        <Summary experiment={experiment} />
        <JobsTable experiment={experiment} best={null} />
      </div>
    </div>
  );
}

function BandPlot({ experiment }: { readonly experiment: Experiment }) {
  const text = useText();
  const columnTitle = useColumnTitle();
  const [chosen, setChosen] = useState<string | null>(null);
  const runs = experiment.jobs.filter((job) => job.history.length > 0);
  const columns = Object.keys(runs[0]?.history[0]?.measures ?? {});
  const column = chosen ?? columns.find((each) => each === 'val_loss') ?? columns[0] ?? 'loss';
  const { id } = parseMeasure(column);
  const points = useMemo(
    () =>
      band(
        experiment.jobs.map(({ history }) => history),
        column,
      ),
    [experiment.jobs, column],
  );
  const last = points.at(-1);
  if (!last) return <p className={css.hint}>{text(words.bandWaiting)}</p>;
  const epochs = Math.max(1, ...experiment.jobs.map((job) => job.epochs));
  return (
    <figure className={css.figure}>
      <figcaption>
        <select
          className={`${form.control} ${form.inline}`}
          aria-label={text(words.measureColumn)}
          value={column}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          {columns.map((each) => (
            <option key={each} value={each}>
              {columnTitle(each)}
            </option>
          ))}
        </select>{' '}
        <span className={css.hint}>{text(words.bandLegend, { runs: runs.length })}</span>
      </figcaption>
      <Plot
        x={{
          scale: {
            domain: [Math.min(1, epochs - 1), epochs],
            ticks: epochTicks(epochs).filter((tick) => tick >= 1 || epochs === 1),
          },
          log: false,
          title: text(words.epochAxis),
          format: String,
        }}
        y={{
          scale: linearScale(
            Math.min(...points.map(({ min }) => min)),
            Math.max(...points.map(({ max }) => max)),
            4,
          ),
          log: false,
          title: columnTitle(column),
          format: (value) => formatTick(id, value),
        }}
        description={text(words.bandDescription, {
          measure: columnTitle(column),
          runs: runs.length,
          epoch: last.epoch,
          mean: formatMeasure(id, last.mean),
          min: formatMeasure(id, last.min),
          max: formatMeasure(id, last.max),
        })}
      >
        {(area) => {
          const upper = points.map(({ epoch, max }) => [epoch, max] as const);
          const lower = points.map(({ epoch, min }) => [epoch, min] as const).toReversed();
          return (
            <g fill="none" stroke="var(--series-1)" strokeLinejoin="round">
              <path
                d={`${pathOf(area, [...upper, ...lower])}Z`}
                fill="var(--series-1)"
                opacity={0.22}
                stroke="none"
              />
              <path d={pathOf(area, upper)} strokeWidth={1} opacity={0.5} />
              <path d={pathOf(area, lower)} strokeWidth={1} opacity={0.5} />
              <path
                d={pathOf(
                  area,
                  points.map(({ epoch, mean }) => [epoch, mean]),
                )}
                strokeWidth={2}
              />
              {points.length <= 60 &&
                points.map(({ epoch, mean }) => (
                  <circle key={epoch} cx={area.x(epoch)} cy={area.y(mean)} r={2.5} fill="var(--series-1)" />
                ))}
            </g>
          );
        }}
      </Plot>
    </figure>
  );
}

/** Validation measures of the models that the runs ended with, then their measures on the rows kept for the end. */
function Summary({ experiment }: { readonly experiment: Experiment }) {
  const text = useText();
  const columnTitle = useColumnTitle();
  const done = experiment.jobs.filter(({ status }) => status === 'done');
  const rows: {
    readonly key: string;
    readonly id: string;
    readonly title: string;
    readonly at: Statistics;
  }[] = [];
  for (const column of Object.keys(done[0]?.measures ?? {})) {
    const at = statistics(done.map(({ measures }) => measures?.[column] ?? Number.NaN));
    if (at && column.startsWith('val_'))
      rows.push({ key: column, id: parseMeasure(column).id, title: columnTitle(column), at });
  }
  const tested = done.filter(({ evaluation }) => evaluation?.split === 'test');
  for (const column of Object.keys(tested[0]?.evaluation?.measures ?? {})) {
    const at = statistics(tested.map(({ evaluation }) => evaluation?.measures[column] ?? Number.NaN));
    const measure = inPhrase(columnTitle(column));
    if (at)
      rows.push({
        key: `test ${column}`,
        id: parseMeasure(column).id,
        title: text(words.test, { measure }),
        at,
      });
  }
  if (rows.length === 0) return null;
  return (
    <>
      <table className={css.table}>
        <caption className="visually-hidden">{text(words.summary)}</caption>
        <thead>
          <tr>
            <th scope="col">{text(words.measureColumn)}</th>
            <th scope="col">{text(words.meanStd)}</th>
            <th scope="col">{text(words.smallest)}</th>
            <th scope="col">{text(words.largest)}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, id, title, at }) => (
            <tr key={key}>
              <th scope="row">{title}</th>
              <td>
                {formatMeasure(id, at.mean)}
                {at.std !== null && ` ± ${formatMeasure(id, Number(at.std.toPrecision(2)))}`}
              </td>
              <td>{formatMeasure(id, at.min)}</td>
              <td>{formatMeasure(id, at.max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={css.hint}>{text(words.stdNote)}</p>
    </>
  );
}
