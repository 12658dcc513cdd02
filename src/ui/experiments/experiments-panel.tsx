/** The drawer's experiments tab: what there is and a new one on the left, one of them in full on the right. */
import { ChartSpline, Dices, Layers, Search } from 'lucide-react';
import { experimentMessages as words } from '../../messages/experiments';
import { fileProblems } from '../../messages/file-problems';
import type { Experiment, ExperimentKind } from '../../state/experiment-store';
import { useExperiments } from '../../state/experiment-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import { ExperimentView, STATUS_WORDS } from './experiment-view';
import css from './experiments.module.css';
import { type Shown, show, usePanel } from './panel-state';
import { SearchForm } from './search-form';
import { FoldsForm, RatesForm, SeedsForm } from './simple-forms';

const ICONS = { rates: ChartSpline, seeds: Dices, folds: Layers, search: Search } as const;
const KINDS = Object.keys(ICONS) as readonly ExperimentKind[];
const FORMS = { rates: RatesForm, seeds: SeedsForm, folds: FoldsForm, search: SearchForm } as const;

export function ExperimentsPanel() {
  const text = useText();
  const experiments = useExperiments((state) => state.experiments);
  const wanted = usePanel((state) => state.shown);
  const of = (id: string) => experiments.find((each) => each.id === id);
  const first: Shown = experiments[0]
    ? { kind: 'experiment', id: experiments[0].id }
    : { kind: 'form', of: 'rates' };
  // What was deleted, or belongs to another project, cannot be shown any more.
  const shown = wanted?.kind === 'form' || (wanted && of(wanted.id)) ? wanted : first;
  const experiment = shown.kind === 'experiment' ? of(shown.id) : undefined;
  const Form = shown.kind === 'form' ? FORMS[shown.of] : null;
  return (
    <section className={css.panel} aria-label={text(words.panel)}>
      <Sidebar experiments={experiments} shown={shown} />
      <div className={css.main}>
        {experiment && <ExperimentView key={experiment.id} experiment={experiment} />}
        {Form && shown.kind === 'form' && (
          <article className={css.view} aria-label={text(words[shown.of])}>
            <header className={css.header}>
              <h3>{text(words[shown.of])}</h3>
            </header>
            <Form />
          </article>
        )}
      </div>
    </section>
  );
}

interface SidebarProps {
  readonly experiments: readonly Experiment[];
  readonly shown: Shown;
}

function Sidebar({ experiments, shown }: SidebarProps) {
  const text = useText();
  const workers = useExperiments((state) => state.workers);
  const problem = useExperiments((state) => state.problem);
  const cancelAll = useExperiments((state) => state.cancelAll);
  const running = experiments.filter(({ status }) => status === 'running');
  return (
    <div className={css.sidebar}>
      <h3>{text(words.create)}</h3>
      <ul className={css.kinds}>
        {KINDS.map((kind) => {
          const Icon = ICONS[kind];
          return (
            <li key={kind}>
              <button
                type="button"
                className={css.item}
                aria-current={(shown.kind === 'form' && shown.of === kind) || undefined}
                onClick={() => show({ kind: 'form', of: kind })}
              >
                <Icon size={14} aria-hidden /> {text(words[kind])}
              </button>
            </li>
          );
        })}
      </ul>
      <h3>
        {text(words.list)}
        {running.length > 0 && (
          <button type="button" className={problems.fix} onClick={cancelAll}>
            {text(words.cancelAll)}
          </button>
        )}
      </h3>
      {experiments.length === 0 && <p className={css.hint}>{text(words.none)}</p>}
      <ul className={css.list}>
        {experiments.map((experiment) => (
          <li key={experiment.id}>
            <Entry
              experiment={experiment}
              isShown={shown.kind === 'experiment' && shown.id === experiment.id}
            />
          </li>
        ))}
      </ul>
      {running.length > 0 && (
        <p className={css.hint}>
          {workers > 1 ? text(words.workers, { count: workers }) : text(words.oneWorker)}
        </p>
      )}
      {problem && (
        <p className={css.warning} role="alert">
          {text(words.cannotRead, { sentence: text(fileProblems[problem.code], problem.facts) })}
        </p>
      )}
    </div>
  );
}

function Entry({ experiment, isShown }: { readonly experiment: Experiment; readonly isShown: boolean }) {
  const text = useText();
  const { id, settings, jobs, status, startedAt } = experiment;
  const Icon = ICONS[settings.kind];
  const progress =
    jobs.reduce(
      (sum, job) => sum + (job.status === 'queued' || job.status === 'running' ? job.progress : 1),
      0,
    ) / Math.max(1, jobs.length);
  return (
    <button
      type="button"
      className={css.item}
      aria-current={isShown || undefined}
      onClick={() => show({ kind: 'experiment', id })}
    >
      <Icon size={14} aria-hidden />
      <span className={css.entry}>
        {text(words[settings.kind])}
        <span className={css.hint}>
          {status === 'running'
            ? `${Math.floor(progress * 100)} %`
            : status === 'done'
              ? new Date(startedAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
              : text(STATUS_WORDS[status])}
        </span>
      </span>
    </button>
  );
}
