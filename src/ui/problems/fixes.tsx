/** Fixes as buttons. Each is one undoable edit that the compiler has already tried. */
import { describeFix } from '../../compile/describe';
import type { Fix } from '../../graph/diagnostic';
import { problemsPanelMessages as words } from '../../messages/problems-panel';
import { useDocument } from '../../state/document-store';
import { useLocale, useText } from '../i18n';
import css from './problems.module.css';

export function Fixes({ fixes }: { readonly fixes: readonly Fix[] }) {
  const text = useText();
  const locale = useLocale();
  const dispatch = useDocument((state) => state.dispatch);
  if (fixes.length === 0) return null;
  return (
    <div className={css.fixes}>
      {fixes.map((fix) => {
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
  );
}
