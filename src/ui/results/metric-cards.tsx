/** The measures of the test as cards; hovering or focusing one says what it means. */
import type { Measures } from '../../engine/run-event';
import type { Text } from '../../graph/text';
import { resultsMessages as words } from '../../messages/results';
import { useText } from '../i18n';
import { formatMeasure, parseMeasure } from '../training/measure-title';
import { useColumnTitle } from '../training/use-column-title';
import css from './results.module.css';

const HELP: { readonly [id: string]: Text } = {
  loss: words.lossHelp,
  accuracy: words.accuracyHelp,
  precision: words.precisionHelp,
  recall: words.recallHelp,
  f1: words.f1Help,
  mae: words.maeHelp,
  rmse: words.rmseHelp,
  r2: words.r2Help,
};

export function MetricCards({ measures }: { readonly measures: Measures }) {
  const text = useText();
  const columnTitle = useColumnTitle();
  return (
    <dl className={css.cards} aria-label={text(words.measures)}>
      {Object.entries(measures).map(([column, value]) => {
        const { id } = parseMeasure(column);
        const help = HELP[id];
        return (
          <div
            key={column}
            className={css.card}
            data-tip={help ? text(help) : columnTitle(column)}
            aria-description={help && text(help)}
          >
            <dt>{columnTitle(column)}</dt>
            <dd>{formatMeasure(id, value)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
