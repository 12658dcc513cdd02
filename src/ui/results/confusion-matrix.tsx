/** True class by row, predicted by column: hits in one hue, mistakes in another, strength by share of the row. */
import { useState } from 'react';
import { formatPercent } from '../../messages/catalogue';
import { resultsMessages as words } from '../../messages/results';
import { useText } from '../i18n';
import css from './results.module.css';

export interface Cell {
  readonly actual: string;
  readonly predicted: string;
}

interface ConfusionMatrixProps {
  readonly classes: readonly string[];
  readonly counts: readonly number[];
  readonly chosen: Cell | null;
  onChoose(cell: Cell | null): void;
}

/** The strongest tint still lets the text on it be read in both themes. */
const STRONGEST = 46;

export function ConfusionMatrix({ classes, counts, chosen, onChoose }: ConfusionMatrixProps) {
  const text = useText();
  const [asShare, setAsShare] = useState(false);
  const size = classes.length;
  return (
    <section className={css.column} aria-label={text(words.confusion)}>
      <div className={css.heading}>
        <h3 title={text(words.confusionHint)}>{text(words.confusion)}</h3>
        <span className={css.dim}>
          {text(words.trueClass)} ↓ {text(words.predictedClass)} →
        </span>
        <label className={css.option}>
          <input
            type="checkbox"
            checked={asShare}
            onChange={(event) => setAsShare(event.currentTarget.checked)}
          />
          {text(words.asShare)}
        </label>
      </div>
      <div>
        <table className={css.matrix}>
          <caption className="visually-hidden">{text(words.confusionCaption)}</caption>
          <thead>
            <tr>
              <td />
              {classes.map((name) => (
                <th key={name} scope="col" title={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {classes.map((actual, row) => {
              const total = counts.slice(row * size, (row + 1) * size).reduce((sum, count) => sum + count, 0);
              return (
                <tr key={actual}>
                  <th scope="row" title={actual}>
                    {actual}
                  </th>
                  {classes.map((predicted, column) => {
                    const count = counts[row * size + column] ?? 0;
                    const share = total ? count / total : 0;
                    const isChosen = chosen?.actual === actual && chosen.predicted === predicted;
                    const hue = row === column ? 'var(--accent)' : 'var(--error)';
                    const label = text(words.cell, {
                      count,
                      total,
                      actual,
                      predicted,
                      share: formatPercent(share),
                    });
                    // Nobody is behind an empty cell, so it is no stop for the Tab key either.
                    if (count === 0) {
                      return (
                        <td key={predicted} title={label}>
                          <span className={`${css.cell} ${css.zero}`}>0</span>
                        </td>
                      );
                    }
                    return (
                      <td key={predicted}>
                        <button
                          type="button"
                          className={css.cell}
                          style={{
                            background: `color-mix(in srgb, ${hue} ${Math.round(Math.sqrt(share) * STRONGEST)}%, var(--surface-sunken))`,
                          }}
                          aria-label={label}
                          aria-pressed={isChosen}
                          title={label}
                          onClick={() => onChoose(isChosen ? null : { actual, predicted })}
                        >
                          {asShare ? `${Math.round(share * 100)}` : count}
                        </button>
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
