/** Diagnostics as sentences with their fixes. The same list in the drawer and in the inspector. */
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { describeDiagnostic } from '../../compile/describe';
import type { Diagnostic } from '../../graph/diagnostic';
import { problemsPanelMessages as words } from '../../messages/problems-panel';
import { useDocument } from '../../state/document-store';
import { useLocale, useText } from '../i18n';
import { Fixes } from './fixes';
import css from './problems.module.css';

export function DiagnosticList({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }) {
  const text = useText();
  const locale = useLocale();
  const nodes = useDocument((state) => state.doc.meaning.nodes);
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
              <Fixes fixes={diagnostic.fixes} />
            </div>
          </li>
        );
      })}
    </ul>
  );
}
