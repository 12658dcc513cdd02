/** The project's name, renamed in place, and whether it is saved. The tab's title says the same. */
import { Check, CloudAlert, Dot, LoaderCircle } from 'lucide-react';
import { useEffect, useState } from 'react';
import { shellMessages } from '../../messages/shell';
import { useDocument } from '../../state/document-store';
import { useProject } from '../../state/project-store';
import { useText } from '../i18n';

const SAVED_ICONS = { saved: Check, saving: LoaderCircle, unsaved: Dot, failed: CloudAlert } as const;
function SavedIcon({ saved }: { readonly saved: keyof typeof SAVED_ICONS }) {
  const Icon = SAVED_ICONS[saved];
  return <Icon size={saved === 'unsaved' ? 22 : 14} aria-hidden />;
}

export function ProjectName() {
  const say = useText();
  const name = useDocument((state) => state.doc.name);
  const dispatch = useDocument((state) => state.dispatch);
  const saved = useProject((state) => state.saved);
  const [draft, setDraft] = useState<string | null>(null);
  useEffect(() => {
    document.title = `${saved === 'unsaved' || saved === 'failed' ? '• ' : ''}${name || say(shellMessages.untitled)} – ${say(shellMessages.app)}`;
  }, [name, saved, say]);
  const commit = () => {
    const value = draft?.trim();
    setDraft(null);
    if (value && value !== name) dispatch({ kind: 'renameProject', name: value });
  };
  const words = say(
    {
      saved: shellMessages.saved,
      saving: shellMessages.saving,
      unsaved: shellMessages.unsaved,
      failed: shellMessages.saveFailed,
    }[saved],
  );
  return (
    <div className="project">
      <span className="project-sizer">
        {/* The field is as wide as its text: an invisible copy gives the width. */}
        <span className="project-ghost" aria-hidden>
          {(draft ?? name) || say(shellMessages.untitled)}
        </span>
        <input
          className="project-name"
          aria-label={say(shellMessages.projectName)}
          placeholder={say(shellMessages.untitled)}
          value={draft ?? name}
          spellCheck={false}
          onChange={(event) => setDraft(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setDraft(null);
            if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
          }}
        />
      </span>
      <span className="project-saved" data-state={saved} title={words} role="img" aria-label={words}>
        <SavedIcon saved={saved} />
      </span>
    </div>
  );
}
