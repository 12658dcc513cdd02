/** The left panel's list of data sets: what ships with Weft and what the user added; one click binds one to the project. */
import { Check, Table2, Trash2, Upload } from 'lucide-react';
import { useState } from 'react';
import { findDataset } from '../../data/datasets/index';
import { dataMessages as words } from '../../messages/data';
import type { DatasetEntry } from '../../state/contract';
import { useData } from '../../state/data-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import css from './data.module.css';
import { describeTask } from './describe-task';

export function DataTab() {
  const text = useText();
  const entries = useData((state) => state.entries);
  const set = useView((state) => state.set);
  const shipped = entries.filter((entry) => entry.source.kind === 'shipped');
  const own = entries.filter((entry) => entry.source.kind === 'stored');
  return (
    <div className={css.tab}>
      <button type="button" className={css.upload} onClick={() => set({ dialog: 'upload' })}>
        <Upload size={14} aria-hidden />
        {text(words.upload)}
      </button>
      <section aria-label={text(words.own)}>
        <h3 className={css.heading}>{text(words.own)}</h3>
        {own.length === 0 ? <p className={css.meta}>{text(words.noOwn)}</p> : <Entries entries={own} />}
      </section>
      <section aria-label={text(words.shipped)}>
        <h3 className={css.heading}>{text(words.shipped)}</h3>
        <Entries entries={shipped} />
      </section>
    </div>
  );
}

function Entries({ entries }: { readonly entries: readonly DatasetEntry[] }) {
  return (
    <ul className={css.list}>
      {entries.map((entry) => (
        <Entry key={entry.source.id} entry={entry} />
      ))}
    </ul>
  );
}

function Entry({ entry }: { readonly entry: DatasetEntry }) {
  const text = useText();
  const isBound = useData((state) => state.bound?.source.id === entry.source.id);
  const bind = useData((state) => state.bind);
  const set = useView((state) => state.set);
  const { schema } = entry;
  const title = text(schema.title);
  const summary = entry.source.kind === 'shipped' ? findDataset(entry.source.id)?.summary : undefined;
  return (
    <li className={`${css.entry} ${isBound ? css.bound : ''}`} aria-current={isBound || undefined}>
      <div className={css.title}>
        {title}
        {isBound && (
          <span className={css.inUse}>
            <Check size={13} aria-hidden />
            {text(words.inUse)}
          </span>
        )}
      </div>
      <p className={css.meta}>
        {text(words.size, { rows: schema.rows.toLocaleString('en-US'), columns: schema.columns.length })}
        {schema.sequence && ` · ${text(words.sequence)}`}
      </p>
      <p className={css.meta}>{describeTask(schema, text)}</p>
      {summary && <p className={css.summary}>{text(summary)}</p>}
      <div className={css.buttons}>
        {isBound ? (
          <button
            type="button"
            className={problems.fix}
            onClick={() => set({ drawerOpen: true, drawerTab: 'data' })}
          >
            <Table2 size={12} aria-hidden style={{ verticalAlign: -2, marginRight: 4 }} />
            {text(words.show)}
          </button>
        ) : (
          <button
            type="button"
            className={problems.fix}
            aria-label={text(words.useIt, { title })}
            onClick={() => bind(entry.source.id)}
          >
            {text(words.use)}
          </button>
        )}
        {entry.source.kind === 'stored' && <Remove id={entry.source.id} title={title} />}
      </div>
    </li>
  );
}

/** Removing deletes the only copy, so it is asked twice, in place. */
function Remove({ id, title }: { readonly id: string; readonly title: string }) {
  const text = useText();
  const remove = useData((state) => state.remove);
  const [isAsking, setAsking] = useState(false);
  if (!isAsking) {
    return (
      <button
        type="button"
        className="icon-button small"
        style={{ marginLeft: 'auto' }}
        aria-label={text(words.remove, { title })}
        title={text(words.remove, { title })}
        onClick={() => setAsking(true)}
      >
        <Trash2 size={14} aria-hidden />
      </button>
    );
  }
  return (
    <>
      <span className={css.meta}>{text(words.removeConfirm)}</span>
      <button type="button" className={problems.fix} onClick={() => void remove(id)}>
        {text(words.confirm)}
      </button>
      <button type="button" className={problems.fix} onClick={() => setAsking(false)}>
        {text(words.cancel)}
      </button>
    </>
  );
}
