/** Which measures a chart shows, as check boxes in the colours of their curves. */
import { trainingMessages as words } from '../../messages/training';
import { type Series, seriesColor } from '../charts/series';
import { useText } from '../i18n';
import css from './training.module.css';

interface MeasureChipsProps {
  readonly series: readonly Series[];
  readonly shown: readonly Series[];
  onToggle(column: string): void;
}

export function MeasureChips({ series, shown, onToggle }: MeasureChipsProps) {
  const text = useText();
  return (
    <fieldset className={css.chips}>
      <legend className="visually-hidden">{text(words.series)}</legend>
      {series.map((each) => (
        <label key={each.id} className={css.option} style={{ fontSize: 'var(--text-xs)' }}>
          <input
            type="checkbox"
            checked={shown.includes(each)}
            style={{ accentColor: seriesColor(each.color) }}
            onChange={() => onToggle(each.id)}
          />
          {each.label}
        </label>
      ))}
    </fieldset>
  );
}
