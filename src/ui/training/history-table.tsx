/** The curves as a table: for screen readers always, for everyone on request. */
import { memo } from 'react';
import { formatDuration } from '../../messages/catalogue';
import { trainingMessages as words } from '../../messages/training';
import { useRun } from '../../state/run-store';
import { useText } from '../i18n';
import { formatMeasure, parseMeasure } from './measure-title';
import css from './training.module.css';
import { useColumnTitle } from './use-column-title';

export const HistoryTable = memo(function HistoryTable({ isVisible }: { readonly isVisible: boolean }) {
  const text = useText();
  const rows = useRun((state) => state.epochRows);
  const columnTitle = useColumnTitle();
  const columns = Object.keys(rows[0]?.measures ?? {});
  return (
    // A table that scrolls must be reachable by keyboard.
    <div className={isVisible ? css.table : 'visually-hidden'} tabIndex={isVisible ? 0 : -1}>
      <table>
        <caption>{text(words.history)}</caption>
        <thead>
          <tr>
            <th scope="col">{text(words.epoch)}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {columnTitle(column)}
              </th>
            ))}
            <th scope="col">{text(words.time)}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.epoch}>
              <th scope="row">{row.epoch}</th>
              {columns.map((column) => (
                <td key={column}>
                  {formatMeasure(parseMeasure(column).id, row.measures[column] ?? Number.NaN)}
                </td>
              ))}
              <td>{formatDuration(row.durationMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});
