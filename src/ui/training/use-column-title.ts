/** `val_species.accuracy` → "validation accuracy · species", in the reader's language. */
import { useCallback } from 'react';
import { trainingMessages as words } from '../../messages/training';
import { useText } from '../i18n';
import { measureTitle, parseMeasure } from './measure-title';

export function useColumnTitle(): (column: string) => string {
  const text = useText();
  return useCallback(
    (column) => {
      const { id, head, validation } = parseMeasure(column);
      const title = `${validation ? `${text(words.validationSeries)} ` : ''}${text(measureTitle(id))}`;
      return head ? `${title} · ${head}` : title;
    },
    [text],
  );
}
