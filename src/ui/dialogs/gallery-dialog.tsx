/** Starters as cards: what the graph looks like, what it teaches, on which data, how large it is. */
import { Plus } from 'lucide-react';
import { useMemo } from 'react';
import { compile } from '../../compile/index';
import type { GraphDoc } from '../../graph/document';
import { emptyDocument } from '../../graph/new-document';
import type { Starter } from '../../lessons/starter';
import { starters } from '../../lessons/starters/index';
import { formatCount } from '../../messages/catalogue';
import { dialogsMessages as words } from '../../messages/dialogs';
import { useData } from '../../state/data-store';
import { useProject } from '../../state/project-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import css from './dialogs.module.css';
import { GraphThumbnail } from './graph-thumbnail';

export function GalleryDialog() {
  const text = useText();
  const create = useProject((state) => state.create);
  const set = useView((state) => state.set);
  const open = (doc: GraphDoc) => {
    set({ dialog: null });
    void create(doc);
  };
  return (
    <>
      <p className={css.hint}>{text(words.galleryHint)}</p>
      <ul className={css.cards}>
        {starters.map((starter) => (
          <li key={starter.id}>
            <StarterCard starter={starter} onOpen={open} />
          </li>
        ))}
        <li>
          <button type="button" className={css.card} onClick={() => open(emptyDocument(''))}>
            <span className={`${css.picture} ${css.blank}`}>
              <Plus size={28} aria-hidden />
            </span>
            <span className={css.words}>
              <strong>{text(words.blank)}</strong>
              <span>{text(words.blankSummary)}</span>
            </span>
          </button>
        </li>
      </ul>
    </>
  );
}

interface StarterCardProps {
  readonly starter: Starter;
  onOpen(doc: GraphDoc): void;
}

function StarterCard({ starter, onOpen }: StarterCardProps) {
  const text = useText();
  const entries = useData((state) => state.entries);
  const doc = useMemo(() => starter.document(), [starter]);
  const entry = entries.find((each) => each.schema.id === doc.meaning.dataset?.id);
  const parameters = useMemo(() => compile(doc, entry?.schema ?? null).total.parameters, [doc, entry]);
  const title = text(starter.title);
  return (
    <button
      type="button"
      className={css.card}
      aria-label={text(words.openStarter, { title })}
      onClick={() => onOpen(doc)}
    >
      <GraphThumbnail doc={doc} label={text(words.thumbnail, { title })} />
      <span className={css.words}>
        <small className={css.topic}>{text(starter.topic)}</small>
        <strong>{title}</strong>
        <span>{text(starter.summary)}</span>
        <small className={css.meta}>
          {entry && `${text(entry.schema.title)} · `}
          {text(words.parameters, { count: formatCount(parameters) })}
        </small>
      </span>
    </button>
  );
}
