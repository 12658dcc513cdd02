/** A search: its best run and the way to use it, all runs as lines, and what had to be left out. */
import { describeDiagnostic } from '../../compile/describe';
import { pointCommand } from '../../compile/experiments/space';
import { apply as applied } from '../../graph/apply';
import { experimentMessages as words } from '../../messages/experiments';
import { useDocument } from '../../state/document-store';
import { bestJob, scoreOf } from '../../state/experiment-jobs';
import type { Experiment } from '../../state/experiment-store';
import { useExperiments } from '../../state/experiment-store';
import { useLocale, useText } from '../i18n';
import { formatMeasure, parseMeasure } from '../training/measure-title';
import { useColumnTitle } from '../training/use-column-title';
import css from './experiments.module.css';
import { JobsTable } from './jobs-table';
import { ParallelCoordinates } from './parallel-coordinates';
import { inPhrase } from './use-setting-words';

export function SearchResult({ experiment }: { readonly experiment: Experiment }) {
  const best = bestJob(experiment);
  return (
    <>
      <Best experiment={experiment} />
      <Skipped experiment={experiment} />
      <div className={css.columns}>
        <JobsTable experiment={experiment} best={best} />
        {best && <ParallelCoordinates experiment={experiment} best={best} />}
      </div>
    </>
  );
}

function Best({ experiment }: { readonly experiment: Experiment }) {
  const text = useText();
  const columnTitle = useColumnTitle();
  const doc = useDocument((state) => state.doc);
  const apply = useExperiments((state) => state.apply);
  const best = bestJob(experiment);
  if (!best || experiment.settings.kind !== 'search' || best.variation.kind !== 'trial') return null;
  const { measure, dimensions } = experiment.settings.search;
  const command = pointCommand(
    doc.meaning,
    dimensions.map(({ place }) => place),
    best.variation.point,
  );
  const isUsed = applied(doc, command).doc === doc;
  const { evaluation } = best;
  const tested = evaluation?.split === 'test' ? Object.entries(evaluation.measures) : [];
  return (
    <div className={css.best}>
      <p>
        <strong>
          {text(words.bestRun, {
            run: experiment.jobs.indexOf(best) + 1,
            measure: inPhrase(columnTitle(measure)),
            value: formatMeasure(parseMeasure(measure).id, scoreOf(best, measure)!),
          })}
        </strong>{' '}
        {tested.length > 0 && (
          <span className={css.hint}>
            {text(words.bestTest, {
              measures: tested
                .map(
                  ([column, value]) =>
                    `${inPhrase(columnTitle(column))} ${formatMeasure(parseMeasure(column).id, value)}`,
                )
                .join(', '),
            })}
          </span>
        )}
      </p>
      {isUsed ? (
        <span className={css.hint} role="status">
          {text(words.used)}
        </span>
      ) : (
        <button type="button" className={css.primary} onClick={() => apply(experiment.id, best.run)}>
          {text(words.use)}
        </button>
      )}
    </div>
  );
}

function Skipped({ experiment: { skipped, meaning } }: { readonly experiment: Experiment }) {
  const text = useText();
  const locale = useLocale();
  if (skipped.length === 0) return null;
  const reasons = skipped.map(({ code, count, diagnostic }) => {
    const sentence = diagnostic
      ? describeDiagnostic(diagnostic, { locale, nodes: meaning.nodes })
      : text(code === 'duplicate' ? words.duplicate : words.notTrainable);
    return text(words.skippedReason, { count, sentence });
  });
  return <p className={css.hint}>{text(words.skipped, { reasons: reasons.join('; ') })}</p>;
}
