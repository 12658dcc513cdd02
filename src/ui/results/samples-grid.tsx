/** Test rows as cards, all of them or those the model got wrong, or those of one cell of the confusion matrix. */
import { useEffect, useState } from 'react';
import { resultsMessages as words } from '../../messages/results';
import { useRun } from '../../state/run-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import type { Cell } from './confusion-matrix';
import css from './results.module.css';
import { SampleCard } from './sample-card';
import cards from './samples.module.css';

interface SamplesGridProps {
  readonly head: string;
  readonly classes: readonly string[] | null;
  readonly hide: ReadonlySet<string>;
  readonly cell: Cell | null;
  onClearCell(): void;
}

/** Cards on screen; more would be a wall that nobody reads. */
const SHOWN = 60;

export function SamplesGrid({ head, classes, hide, cell, onClearCell }: SamplesGridProps) {
  const text = useText();
  const run = useRun((state) => state.run);
  const samples = useRun((state) => state.samples);
  const loadSamples = useRun((state) => state.loadSamples);
  const [onlyWrong, setOnlyWrong] = useState(false);
  const [isLoading, setLoading] = useState(false);
  // A cell off the diagonal is found among the wrong ones only, so these are asked for.
  const wanted = onlyWrong || (cell !== null && cell.actual !== cell.predicted);
  useEffect(() => {
    if (run === null) return;
    let isCurrent = true;
    setLoading(true);
    void loadSamples(wanted).finally(() => {
      if (isCurrent) setLoading(false);
    });
    return () => {
      isCurrent = false;
    };
  }, [run, wanted, loadSamples]);

  const fitting = samples.filter((sample) => {
    const of = sample.heads.find((each) => each.head === head) ?? sample.heads[0];
    if (!of) return false;
    if (cell) return of.target === cell.actual && of.prediction === cell.predicted;
    return !onlyWrong || of.correct === false;
  });
  const isWide = !samples.some((sample) => Object.values(sample.cells).some((each) => each.kind === 'image'));
  return (
    <section className={css.column} aria-label={text(words.samples)}>
      <div className={css.heading}>
        <h3>{text(words.samples)}</h3>
        {cell && (
          <button type="button" className={problems.fix} title={text(words.clearCell)} onClick={onClearCell}>
            {text(words.onlyCell, { ...cell })} ×
          </button>
        )}
        {/* A number is near or far, not right or wrong. */}
        {classes && (
          <label className={css.option}>
            <input
              type="checkbox"
              checked={onlyWrong}
              onChange={(event) => setOnlyWrong(event.currentTarget.checked)}
            />
            {text(words.onlyWrong)}
          </label>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className={css.scroll} aria-busy={isLoading} tabIndex={0}>
        {fitting.length === 0 ? (
          <p className={css.dim} role="status">
            {text(
              isLoading
                ? words.loadingSamples
                : samples.length > 0 || wanted
                  ? words.noSamples
                  : words.samplesGone,
            )}
          </p>
        ) : (
          <ul className={`${cards.samples} ${isWide ? cards.wide : ''}`}>
            {fitting.slice(0, SHOWN).map((sample) => (
              <SampleCard key={sample.row} sample={sample} head={head} classes={classes} hide={hide} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
