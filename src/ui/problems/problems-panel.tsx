/** The drawer's list of everything the compiler found, grouped by where it is; a click leads there. */
import { CircleCheck } from 'lucide-react';
import { useMemo } from 'react';
import { nodeTitle } from '../../compile/describe';
import { problemsPanelMessages as words } from '../../messages/problems-panel';
import { useDocument } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { canvasControls } from '../canvas/canvas-controls';
import { useLocale, useText } from '../i18n';
import { countProblems } from './count-problems';
import { DiagnosticList } from './diagnostic-list';
import { groupByPlace } from './place';
import css from './problems.module.css';

export function ProblemsPanel() {
  const text = useText();
  const locale = useLocale();
  const meaning = useDocument((state) => state.doc.meaning);
  const diagnostics = useDocument((state) => state.compiled.diagnostics);
  const select = useView((state) => state.select);
  const groups = useMemo(() => groupByPlace(diagnostics, meaning), [diagnostics, meaning]);
  if (diagnostics.length === 0) {
    return (
      <div className={css.panel}>
        <div className={css.empty} role="status">
          <strong>
            <CircleCheck size={16} aria-hidden /> {text(words.none)}
          </strong>
          {text(words.noneHint)}
        </div>
      </div>
    );
  }
  return (
    <section className={css.panel} aria-label={text(words.title)}>
      <p className={css.summary} role="status">
        {countProblems(diagnostics, text)}
      </p>
      {groups.map((group) => (
        <div key={group.key} className={css.group}>
          {group.node ? (
            <button
              type="button"
              className={css.place}
              aria-label={text(words.goTo, { node: nodeTitle({ locale, nodes: meaning.nodes }, group.node) })}
              onClick={() => {
                if (!group.node) return;
                select([group.node]);
                canvasControls()?.reveal(group.node);
              }}
            >
              {nodeTitle({ locale, nodes: meaning.nodes }, group.node)}
            </button>
          ) : (
            <span className={`${css.place} ${css.still}`}>
              {text(group.key === ' training' ? words.training : words.document)}
            </span>
          )}
          <DiagnosticList diagnostics={group.diagnostics} />
        </div>
      ))}
    </section>
  );
}
