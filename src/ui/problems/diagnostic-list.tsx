/** Diagnostics as sentences with their fixes as buttons; a fix is one undoable edit that the compiler has already tried. */
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { describeDiagnostic, describeFix } from '../../compile/describe';
import type { Diagnostic } from '../../graph/diagnostic';
import { problemsPanelMessages as words } from '../../messages/problems-panel';
import { useDocument } from '../../state/document-store';
import { useLocale, useText } from '../i18n';
import css from './problems.module.css';

export function DiagnosticList({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }) {
  const text = useText();
  const locale = useLocale();
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  const dispatch = useDocument((state) => state.dispatch);
  return (
    <ul className={css.list}>
      {diagnostics.map((diagnostic) => {
        const sentence = describeDiagnostic(diagnostic, { locale, nodes });
        const Sign = diagnostic.severity === 'error' ? CircleAlert : TriangleAlert;
        return (
          <li key={sentence + JSON.stringify(diagnostic.where)} className={css.item}>
            <span className={`${css.sign} ${css[diagnostic.severity]}`}>
              <Sign size={15} aria-hidden />
              <span className="visually-hidden">{text(words[diagnostic.severity])}</span>
            </span>
            <div className={css.body}>
              <p className={css.sentence}>{sentence}</p>
              {diagnostic.fixes.length > 0 && (
                <div className={css.fixes}>
                  {diagnostic.fixes.map((fix) => {
                    const label = describeFix(fix.label, locale);
                    return (
                      <button
                        key={label}
                        type="button"
                        className={css.fix}
                        aria-label={text(words.fix, { fix: label })}
                        onClick={() => dispatch({ kind: 'batch', commands: fix.commands })}
                      >
                        {label}
                      </button>
                    );
                  })}
                </div>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
