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
      const measure = text(measureTitle(id));
      const title = validation ? text(words.validationOf, { measure: inSentence(measure) }) : measure;
      return head ? `${title} · ${head}` : title;
    },
    [text],
  );
}

/** `Accuracy` → `accuracy` within a phrase; `F1` and `MAE` stay. */
const inSentence = (title: string): string =>
  /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
