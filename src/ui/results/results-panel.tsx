/** The drawer's results tab: how the finished model does on rows it has not seen, and which rows those are. */
import { useMemo, useState } from 'react';
import { resultsMessages as words } from '../../messages/results';
import { useDocument } from '../../state/document-store';
import { useRun } from '../../state/run-store';
import { TargetScatter } from '../charts/target-scatter';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import { ClassTable } from './class-table';
import { type Cell, ConfusionMatrix } from './confusion-matrix';
import { MetricCards } from './metric-cards';
import css from './results.module.css';
import { SamplesGrid } from './samples-grid';

export function ResultsPanel() {
  const text = useText();
  const status = useRun((state) => state.status);
  const evaluation = useRun((state) => state.evaluation);
  const heads = useDocument((state) => state.compiled.plan?.heads);
  const [chosenHead, setChosenHead] = useState<string | null>(null);
  const [cell, setCell] = useState<Cell | null>(null);
  const targets = useMemo(
    () =>
      new Set(
        (heads ?? []).flatMap(({ target }) => (target.kind === 'numbers' ? target.columns : [target.column])),
      ),
    [heads],
  );
  if (!evaluation)
    return (
      <Empty
        hint={text(
          status === 'idle' || status === 'failed'
            ? words.emptyHint
            : status === 'done'
              ? words.noTest
              : words.waiting,
        )}
      />
    );
  const report = evaluation.heads.find((each) => each.head === chosenHead) ?? evaluation.heads[0];
  if (!report) return <Empty hint={text(words.noTest)} />;
  const { confusion, scatter } = report;
  const onRows = { test: words.onRows, validation: words.onValidation, train: words.onTrain }[
    evaluation.split
  ];
  return (
    <section className={css.panel} aria-label={text(words.panel)}>
      <div className={css.top}>
        <MetricCards measures={evaluation.measures} />
        <span className={css.dim}>{text(onRows, { rows: evaluation.rows })}</span>
        {evaluation.heads.length > 1 && (
          <label className={css.option}>
            {text(words.head)}
            <select
              className={`${form.control} ${form.inline}`}
              value={report.head}
              onChange={(event) => {
                setChosenHead(event.currentTarget.value);
                setCell(null);
              }}
            >
              {evaluation.heads.map((each) => (
                <option key={each.head}>{each.head}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      <div className={css.columns}>
        <div className={css.reports}>
          {confusion && <ConfusionMatrix {...confusion} chosen={cell} onChoose={setCell} />}
          {confusion && <ClassTable confusion={confusion} />}
          {scatter && (
            <section className={`${css.column} ${css.grow}`} aria-label={text(words.scatter)}>
              <div className={css.heading}>
                <h3>{text(words.scatter)}</h3>
              </div>
              <TargetScatter
                target={scatter.target}
                prediction={scatter.prediction}
                targetTitle={text(words.target)}
                predictionTitle={text(words.prediction)}
                description={text(words.scatterLabel, { count: scatter.target.length })}
              />
            </section>
          )}
        </div>
        <SamplesGrid
          head={report.head}
          classes={confusion?.classes ?? null}
          hide={targets}
          cell={cell}
          onClearCell={() => setCell(null)}
        />
      </div>
    </section>
  );
}

function Empty({ hint }: { readonly hint: string }) {
  const text = useText();
  return (
    <section className={css.panel} aria-label={text(words.panel)}>
      <div className={css.empty}>
        <h3>{text(words.emptyTitle)}</h3>
        {hint}
      </div>
    </section>
  );
}
