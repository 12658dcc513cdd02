/** Opens a project file or a tfjs model as a new project and says what could not be taken over. */
import { useState } from 'react';
import { describeDiagnostic } from '../../compile/describe';
import { dialogsMessages as words } from '../../messages/dialogs';
import type { ProjectState } from '../../state/contract';
import { useDocument } from '../../state/document-store';
import { useProject } from '../../state/project-store';
import { useView } from '../../state/view-store';
import { useLocale, useText } from '../i18n';
import css from './dialogs.module.css';
import { DropZone } from './drop-zone';
import { ProblemSentences } from './problem-sentences';

type Outcome = Awaited<ReturnType<ProjectState['importFiles']>>;

export function ImportDialog() {
  const text = useText();
  const importFiles = useProject((state) => state.importFiles);
  const set = useView((state) => state.set);
  const [isReading, setReading] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const take = async (files: readonly File[]) => {
    setReading(true);
    const result = await importFiles(files);
    setReading(false);
    const isClean = result.opened && result.problems.length === 0 && result.diagnostics.length === 0;
    if (isClean) set({ dialog: null });
    else setOutcome(result);
  };
  if (isReading) {
    return (
      <p role="status" className={css.hint}>
        {text(words.importing)}
      </p>
    );
  }
  if (outcome?.opened) return <Opened outcome={outcome} />;
  return (
    <>
      {outcome && (
        <div role="alert" style={{ marginBottom: 'var(--space-3)' }}>
          <strong className={css.failed}>{text(words.importFailed)}</strong>
          <ProblemSentences problems={outcome.problems} />
        </div>
      )}
      <DropZone
        hint={text(words.importHint)}
        accept=".json,.bin"
        allowFolder={false}
        onFiles={(files) => void take(files.map(({ file }) => file))}
      />
    </>
  );
}

function Opened({ outcome }: { readonly outcome: Outcome }) {
  const text = useText();
  const locale = useLocale();
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  const set = useView((state) => state.set);
  return (
    <div role="status">
      <p style={{ marginTop: 0 }}>{text(words.importedWith)}</p>
      <ProblemSentences problems={outcome.problems} />
      <ul className={css.problems}>
        {outcome.diagnostics.map((diagnostic) => {
          const sentence = describeDiagnostic(diagnostic, { locale, nodes });
          return <li key={sentence + JSON.stringify(diagnostic.where)}>{sentence}</li>;
        })}
      </ul>
      <div className={`${css.actions} ${css.end}`}>
        <button type="button" className={`${css.button} ${css.main}`} onClick={() => set({ dialog: null })}>
          {text(words.done)}
        </button>
      </div>
    </div>
  );
}
