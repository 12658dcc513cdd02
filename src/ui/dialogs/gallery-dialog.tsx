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
          <StarterCard key={starter.id} starter={starter} onOpen={open} />
        ))}
        <li className={css.card}>
          <span className={`${css.picture} ${css.blank}`}>
            <Plus size={28} aria-hidden />
          </span>
          <div className={css.words}>
            <button type="button" className={css.stretched} onClick={() => open(emptyDocument(''))}>
              {text(words.blank)}
            </button>
            <span>{text(words.blankSummary)}</span>
          </div>
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
    <li className={css.card}>
      <GraphThumbnail doc={doc} label={text(words.thumbnail, { title })} />
      <div className={css.words}>
        <small className={css.topic}>{text(starter.topic)}</small>
        <button type="button" className={css.stretched} onClick={() => onOpen(doc)}>
          {title}
        </button>
        <span>{text(starter.summary)}</span>
        <small className={css.meta}>
          {entry && `${text(entry.schema.title)} · `}
          {text(words.parameters, { count: formatCount(parameters) })}
        </small>
      </div>
    </li>
  );
}
