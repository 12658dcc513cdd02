/** One experiment: where it stands, and what it says. */
import { formatDuration } from '../../messages/catalogue';
import { experimentMessages as words } from '../../messages/experiments';
import type { Experiment } from '../../state/experiment-store';
import { useExperiments } from '../../state/experiment-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import css from './experiments.module.css';
import { JobsTable } from './jobs-table';
import { RatesResult } from './rates-result';
import { SearchResult } from './search-result';
import { SpreadResult } from './spread-result';

export const STATUS_WORDS = {
  running: words.statusRunning,
  done: words.statusDone,
  cancelled: words.statusCancelled,
  'out-of-time': words.statusOutOfTime,
  interrupted: words.statusInterrupted,
} as const;

export function ExperimentView({ experiment }: { readonly experiment: Experiment }) {
  const { kind } = experiment.settings;
  return (
    <article className={css.view} aria-label={useText()(words[kind])}>
      <Header experiment={experiment} />
      {kind === 'rates' && (
        <>
          <RatesResult experiment={experiment} />
          {experiment.jobs[0]?.status !== 'done' && <JobsTable experiment={experiment} best={null} />}
        </>
      )}
      {(kind === 'seeds' || kind === 'folds') && <SpreadResult experiment={experiment} />}
      {kind === 'search' && <SearchResult experiment={experiment} />}
    </article>
  );
}

function Header({ experiment }: { readonly experiment: Experiment }) {
  const text = useText();
  const cancel = useExperiments((state) => state.cancel);
  const remove = useExperiments((state) => state.remove);
  const { id, jobs, settings, status, durationMs } = experiment;
  const ended = jobs.filter((job) => job.status !== 'queued' && job.status !== 'running').length;
  return (
    <header className={css.header}>
      <h3>{text(words[settings.kind])}</h3>
      <span className={css.hint} role="status">
        {text(STATUS_WORDS[status])} · {text(words.doneOf, { done: ended, total: jobs.length })}
        {durationMs !== null && ` · ${formatDuration(durationMs)}`}
      </span>
      {status === 'running' ? (
        <button type="button" className={problems.fix} onClick={() => cancel(id)}>
          {text(words.cancel)}
        </button>
      ) : (
        <button type="button" className={problems.fix} onClick={() => remove(id)}>
          {text(words.remove)}
        </button>
      )}
    </header>
  );
}
