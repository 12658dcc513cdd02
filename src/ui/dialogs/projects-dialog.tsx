/** The projects in this browser: open, rename, duplicate, delete, and a new one. */
import { Copy, Pencil, Plus, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { emptyDocument } from '../../graph/new-document';
import { dialogsMessages as words } from '../../messages/dialogs';
import type { ProjectEntry } from '../../state/contract';
import { useProject } from '../../state/project-store';
import { useView } from '../../state/view-store';
import { useLocale, useText } from '../i18n';
import css from './dialogs.module.css';
import { ProblemSentences } from './problem-sentences';

export function ProjectsDialog() {
  const text = useText();
  const entries = useProject((state) => state.entries);
  const problem = useProject((state) => state.problem);
  const create = useProject((state) => state.create);
  const refresh = useProject((state) => state.refresh);
  const set = useView((state) => state.set);
  useEffect(() => {
    void refresh();
  }, [refresh]);
  const sorted = [...entries].sort((a, b) => b.modifiedAt - a.modifiedAt);
  return (
    <>
      <p className={css.hint}>{text(words.projectsHint)}</p>
      {problem && (
        <div role="alert" className={css.failed}>
          <ProblemSentences problems={[problem]} />
        </div>
      )}
      {sorted.length === 0 ? (
        <p className={css.hint}>{text(words.noProjects)}</p>
      ) : (
        <ul className={css.list}>
          {sorted.map((entry) => (
            <ProjectRow key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
      <div className={css.actions}>
        <button
          type="button"
          className={`${css.button} ${css.main}`}
          onClick={() => {
            set({ dialog: null });
            void create(emptyDocument(''));
          }}
        >
          <Plus size={15} aria-hidden />
          {text(words.newProject)}
        </button>
        <button type="button" className={css.button} onClick={() => set({ dialog: 'gallery' })}>
          {text(words.gallery)}
        </button>
      </div>
    </>
  );
}

function ProjectRow({ entry }: { readonly entry: ProjectEntry }) {
  const text = useText();
  const isCurrent = useProject((state) => state.current === entry.id);
  const open = useProject((state) => state.open);
  const duplicate = useProject((state) => state.duplicate);
  const set = useView((state) => state.set);
  const [mode, setMode] = useState<'show' | 'rename' | 'remove'>('show');
  const name = entry.name || text(words.untitled);
  if (mode === 'rename') return <RenameRow entry={entry} onEnd={() => setMode('show')} />;
  if (mode === 'remove') return <RemoveRow entry={entry} name={name} onEnd={() => setMode('show')} />;
  return (
    <li className={css.row}>
      <div className={css.name}>
        <button
          type="button"
          className={css.stretched}
          onClick={() => {
            set({ dialog: null });
            if (!isCurrent) void open(entry.id);
          }}
        >
          {name}
        </button>
        <small>
          <When at={entry.modifiedAt} /> · {text(words.nodes, { count: entry.nodes })}
          {isCurrent && ` · ${text(words.current)}`}
        </small>
      </div>
      <IconButton label={text(words.rename, { name })} onClick={() => setMode('rename')}>
        <Pencil size={15} aria-hidden />
      </IconButton>
      <IconButton label={text(words.duplicate, { name })} onClick={() => void duplicate(entry.id)}>
        <Copy size={15} aria-hidden />
      </IconButton>
      <IconButton label={text(words.remove, { name })} onClick={() => setMode('remove')}>
        <Trash2 size={15} aria-hidden />
      </IconButton>
    </li>
  );
}

interface IconButtonProps {
  readonly label: string;
  readonly children: React.ReactNode;
  onClick(): void;
}

function IconButton({ label, children, onClick }: IconButtonProps) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
      {children}
    </button>
  );
}

function When({ at }: { readonly at: number }) {
  const locale = useLocale();
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  const style = isToday ? ({ timeStyle: 'short' } as const) : ({ dateStyle: 'medium' } as const);
  return <time dateTime={date.toISOString()}>{new Intl.DateTimeFormat(locale, style).format(date)}</time>;
}

interface RowModeProps {
  readonly entry: ProjectEntry;
  onEnd(): void;
}

function RenameRow({ entry, onEnd }: RowModeProps) {
  const text = useText();
  const rename = useProject((state) => state.rename);
  const [name, setName] = useState(entry.name);
  const finish = () => {
    if (name.trim() !== entry.name) void rename(entry.id, name.trim());
    onEnd();
  };
  return (
    <li className={css.row}>
      <input
        className="text-input"
        aria-label={text(words.projectName)}
        value={name}
        data-autofocus
        ref={(input) => input?.focus()}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === 'Enter') finish();
          if (event.key === 'Escape') {
            event.stopPropagation();
            onEnd();
          }
        }}
      />
    </li>
  );
}

function RemoveRow({ entry, name, onEnd }: RowModeProps & { readonly name: string }) {
  const text = useText();
  const remove = useProject((state) => state.remove);
  return (
    <li className={css.row}>
      <span style={{ flex: 1 }} role="alert">
        {text(words.removeAsk, { name })}
      </span>
      <button type="button" className={`${css.button} ${css.danger}`} onClick={() => void remove(entry.id)}>
        {text(words.removeYes)}
      </button>
      <button type="button" className={css.button} ref={(button) => button?.focus()} onClick={onEnd}>
        {text(words.cancel)}
      </button>
    </li>
  );
}
