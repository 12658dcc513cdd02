/** The runs of an experiment: what each varies, how far it is, what it came to. It is the queue as well: waiting runs stand in it too. */
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { SettingPlace } from '../../compile/experiments/space';
import type { Json } from '../../graph/json';
import { formatDuration } from '../../messages/catalogue';
import { experimentMessages as words } from '../../messages/experiments';
import type { Experiment, ExperimentJob } from '../../state/experiment-store';
import { useExperiments } from '../../state/experiment-store';
import { useText } from '../i18n';
import { useFailureSentence } from '../training/failure-notice';
import { formatMeasure, parseMeasure } from '../training/measure-title';
import { useColumnTitle } from '../training/use-column-title';
import css from './experiments.module.css';
import { type SettingWords, useSettingWords } from './use-setting-words';

interface Column {
  readonly id: string;
  readonly title: string;
  /** What is sorted by; null sorts last. */
  value(job: ExperimentJob): number | string | null;
  cell(job: ExperimentJob): ReactNode;
}

interface JobsTableProps {
  readonly experiment: Experiment;
  readonly best: ExperimentJob | null;
}

export function JobsTable({ experiment, best }: JobsTableProps) {
  const text = useText();
  const columns = useColumns(experiment);
  const [sort, setSort] = useState<{ readonly id: string; readonly down: boolean } | null>(null);
  const numbers = new Map(experiment.jobs.map((job, i) => [job.run, i + 1]));
  const by = columns.find(({ id }) => id === sort?.id);
  const jobs = by ? sorted(experiment.jobs, by, sort!.down) : experiment.jobs;
  return (
    // A table that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={css.scroll} aria-label={text(words.jobs)} tabIndex={0}>
      <table className={css.table}>
        <caption className="visually-hidden">{text(words.jobs)}</caption>
        <thead>
          <tr>
            <th scope="col">{text(words.run)}</th>
            {columns.map(({ id, title }) => {
              const isBy = sort?.id === id;
              return (
                <th key={id} scope="col" aria-sort={isBy ? (sort.down ? 'descending' : 'ascending') : 'none'}>
                  <button
                    type="button"
                    className={css.sort}
                    title={text(words.sortBy, { column: title })}
                    onClick={() => setSort({ id, down: isBy ? !sort.down : false })}
                  >
                    {title}
                    {isBy && <span aria-hidden>{sort.down ? ' ↓' : ' ↑'}</span>}
                  </button>
                </th>
              );
            })}
            <th scope="col">
              <span className="visually-hidden">{text(words.cancel)}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.run} data-best={job.run === best?.run || undefined} data-status={job.status}>
              <th scope="row">
                {numbers.get(job.run)}
                {job.run === best?.run && <span className={css.badge}>{text(words.best)}</span>}
              </th>
              {columns.map(({ id, cell }) => (
                <td key={id}>{cell(job)}</td>
              ))}
              <td className={css.action}>
                <Action experiment={experiment} job={job} number={numbers.get(job.run) ?? 0} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function sorted(jobs: readonly ExperimentJob[], { value }: Column, down: boolean): readonly ExperimentJob[] {
  const sign = down ? -1 : 1;
  return jobs.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
}

function useColumns({ settings, meaning, jobs }: Experiment): readonly Column[] {
  const text = useText();
  const columnTitle = useColumnTitle();
  const settingWords = useSettingWords(meaning);
  const measure = (column: string, of: (job: ExperimentJob) => number | null | undefined, title: string) => ({
    ...{ id: `measure ${title}`, title },
    value: (job: ExperimentJob) => of(job) ?? null,
    cell: (job: ExperimentJob) => {
      const value = of(job);
      return value === null || value === undefined ? '–' : formatMeasure(parseMeasure(column).id, value);
    },
  });
  const latest = (column: string) => (job: ExperimentJob) =>
    (job.measures ?? job.history.at(-1)?.measures)?.[column];
  const status: Column = {
    id: 'status',
    title: text(words.status),
    value: ({ status: of }) => of,
    cell: (job) => <JobStatus job={job} number={jobs.indexOf(job) + 1} />,
  };
  const time: Column = {
    id: 'time',
    title: text(words.time),
    value: ({ durationMs }) => durationMs,
    cell: ({ durationMs }) => (durationMs === null ? '–' : formatDuration(durationMs)),
  };
  if (settings.kind === 'rates') return [status, time];
  if (settings.kind === 'search') {
    const { dimensions, measure: by, strategy } = settings.search;
    const epochs: Column = {
      id: 'epochs',
      title: text(words.epochs),
      value: (job) => job.epochs,
      cell: (job) => job.epochs,
    };
    return [
      measure(by, latest(by), columnTitle(by)),
      ...dimensions.map(({ place }, i) => settingColumn(place, i, settingWords)),
      ...(strategy === 'halving' ? [epochs] : []),
      status,
      time,
    ];
  }
  const variation: Column = {
    id: 'variation',
    title: text(settings.kind === 'seeds' ? words.seed : words.fold),
    value: ({ variation: of }) => (of.kind === 'seed' ? of.seed : of.kind === 'fold' ? of.fold.index : null),
    cell: ({ variation: of }) =>
      of.kind === 'seed'
        ? of.seed
        : of.kind === 'fold'
          ? text(words.foldOf, { index: of.fold.index + 1, of: of.fold.of })
          : '',
  };
  const columns = Object.keys(jobs.find(({ history }) => history.length > 0)?.history[0]?.measures ?? {});
  const validation = columns.filter((column) => column.startsWith('val_'));
  return [
    variation,
    ...(validation.length > 0 ? validation : columns).map((column) =>
      measure(column, latest(column), columnTitle(column)),
    ),
    status,
    time,
  ];
}

function settingColumn(place: SettingPlace, index: number, { title, value }: SettingWords): Column {
  const of = ({ variation }: ExperimentJob): Json =>
    variation.kind === 'trial' ? (variation.point[index] ?? null) : null;
  return {
    id: `setting ${index}`,
    title: title(place),
    value: (job) => {
      const at = of(job);
      return typeof at === 'number' || at === null ? at : String(at);
    },
    cell: (job) => value(place, of(job)),
  };
}

function JobStatus({ job, number }: { readonly job: ExperimentJob; readonly number: number }) {
  const text = useText();
  const sentence = useFailureSentence();
  if (job.status === 'running')
    return (
      <span
        className={css.track}
        role="progressbar"
        aria-label={text(words.progressOf, { run: number })}
        aria-valuenow={Math.round(job.progress * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
        title={job.attempt > 1 ? text(words.retried) : text(words.running)}
      >
        <span className={css.fill} style={{ transform: `scaleX(${job.progress})` }} />
      </span>
    );
  if (job.status === 'failed')
    return (
      <span className={css.failed} title={job.failure ? sentence(job.failure) : undefined}>
        {text(words.failed)}
        {job.failure && <span className="visually-hidden">: {sentence(job.failure)}</span>}
      </span>
    );
  return text({ queued: words.queued, done: words.done, cancelled: words.cancelled }[job.status]);
}

interface ActionProps {
  readonly experiment: Experiment;
  readonly job: ExperimentJob;
  readonly number: number;
}

function Action({ experiment, job, number }: ActionProps) {
  const text = useText();
  const cancelJob = useExperiments((state) => state.cancelJob);
  const apply = useExperiments((state) => state.apply);
  if (job.status === 'queued' || job.status === 'running')
    return (
      <button
        type="button"
        className="icon-button small"
        aria-label={text(words.cancelRun, { run: number })}
        title={text(words.cancelRun, { run: number })}
        onClick={() => cancelJob(experiment.id, job.run)}
      >
        <X size={14} aria-hidden />
      </button>
    );
  if (job.variation.kind !== 'trial') return null;
  return (
    <button
      type="button"
      className={css.use}
      aria-label={text(words.useRun, { run: number })}
      onClick={() => apply(experiment.id, job.run)}
    >
      {text(words.useShort)}
    </button>
  );
}
