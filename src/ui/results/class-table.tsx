/** Precision, recall and F1, class by class: where a good average hides a class that is never found. */
import { formatPercent } from '../../messages/catalogue';
import { resultsMessages as words } from '../../messages/results';
import { useText } from '../i18n';
import { classMeasures } from './class-measures';
import css from './results.module.css';

interface ClassTableProps {
  readonly confusion: { readonly classes: readonly string[]; readonly counts: readonly number[] };
}

export function ClassTable({ confusion }: ClassTableProps) {
  const text = useText();
  return (
    <section className={css.column} aria-label={text(words.perClass)}>
      <div className={css.heading}>
        <h3>{text(words.perClass)}</h3>
      </div>
      <div>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{text(words.className)}</th>
              <th scope="col">{text(words.precision)}</th>
              <th scope="col">{text(words.recall)}</th>
              <th scope="col">{text(words.f1)}</th>
              <th scope="col">{text(words.rows)}</th>
            </tr>
          </thead>
          <tbody>
            {classMeasures(confusion).map((each) => (
              <tr key={each.name}>
                <th scope="row">{each.name}</th>
                <td>{formatPercent(each.precision)}</td>
                <td>{formatPercent(each.recall)}</td>
                <td>{formatPercent(each.f1)}</td>
                <td>{each.rows}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
