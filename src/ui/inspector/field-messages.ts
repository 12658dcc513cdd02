/** Diagnostics at the fields of a form, as sentences by field. */
import { useMemo } from 'react';
import { describeDiagnostic } from '../../compile/describe';
import type { Diagnostic, Fix } from '../../graph/diagnostic';
import { useDocument } from '../../state/document-store';
import { useLocale } from '../i18n';

export interface FieldMessage {
  readonly severity: 'error' | 'warning';
  readonly text: string;
  readonly fixes: readonly Fix[];
}

export function useFieldMessages(
  diagnostics: readonly Diagnostic[],
  place: 'field' | 'training',
): ReadonlyMap<string, readonly FieldMessage[]> {
  const locale = useLocale();
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  return useMemo(() => {
    const messages = new Map<string, FieldMessage[]>();
    for (const diagnostic of diagnostics) {
      const { where, severity, fixes } = diagnostic;
      if (where.kind !== place || !('field' in where)) continue;
      const text = describeDiagnostic(diagnostic, { locale, nodes });
      messages.set(where.field, [...(messages.get(where.field) ?? []), { severity, text, fixes }]);
    }
    return messages;
  }, [diagnostics, place, locale, nodes]);
}
