/** `1 error, 2 warnings`; what there is none of is not mentioned. */
import type { Diagnostic } from '../../graph/diagnostic';
import { problemsPanelMessages as words } from '../../messages/problems-panel';
import type { Say } from '../i18n';

export function countProblems(diagnostics: readonly Diagnostic[], text: Say): string {
  const errors = diagnostics.filter((each) => each.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return [
    errors > 0 ? text(errors === 1 ? words.oneError : words.errors, { count: errors }) : '',
    warnings > 0 ? text(warnings === 1 ? words.oneWarning : words.warnings, { count: warnings }) : '',
  ]
    .filter(Boolean)
    .join(', ');
}
