/** The drawer's data tab: columns with their statistics and the first rows of the set that the project trains on. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { dataMessages as words } from '../../messages/data';
import type { DatasetEntry } from '../../state/contract';
import { useData } from '../../state/data-store';
import { useDocument } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import { ColumnCard } from './column-card';
import css from './data.module.css';
import { describeTask } from './describe-task';
import { RowsPreview } from './rows-preview';
import { TargetPicker } from './target-picker';
import { usePreview } from './use-preview';

/** Rows behind the small histograms: enough for a shape, little enough to arrive at once. */
const SAMPLE_ROWS = 400;
const PAGE_ROWS = 48;

export function DataPanel() {
  const text = useText();
  const bound = useData((state) => state.bound);
  const wanted = useDocument((state) => state.doc.meaning.dataset?.id ?? null);
  const set = useView((state) => state.set);
  if (bound) return <BoundPanel key={bound.source.id} entry={bound} />;
  return (
    <section className={css.panel} aria-label={text(words.panel)}>
      <div className={css.empty}>
        <h3>{wanted ? text(words.missing, { id: wanted }) : text(words.none)}</h3>
        <p>{text(words.noneHint)}</p>
        <button type="button" className={problems.fix} onClick={() => set({ dialog: 'upload' })}>
          {text(words.upload)}
        </button>
      </div>
    </section>
  );
}

function BoundPanel({ entry: { schema } }: { readonly entry: DatasetEntry }) {
  const text = useText();
  const [from, setFrom] = useState(0);
  const hasNumbers = schema.columns.some((column) => column.kind === 'number');
  const page = usePreview(from, PAGE_ROWS);
  const sample = usePreview(0, hasNumbers ? Math.min(SAMPLE_ROWS, schema.rows) : 1);
  const to = Math.min(schema.rows, from + PAGE_ROWS);
  return (
    <section className={css.panel} aria-label={text(words.panel)}>
      <div className={css.bar}>
        <strong>{text(schema.title)}</strong>
        <span className={css.status}>
          {text(words.size, { rows: schema.rows.toLocaleString('en-US'), columns: schema.columns.length })} ·{' '}
          {describeTask(schema, text)}
        </span>
        <TargetPicker schema={schema} />
        <div className={css.pager}>
          <button
            type="button"
            className="icon-button small"
            aria-label={text(words.previous)}
            disabled={from === 0}
            onClick={() => setFrom(Math.max(0, from - PAGE_ROWS))}
          >
            <ChevronLeft size={16} aria-hidden />
          </button>
          <span>{text(words.rowsOf, { from: from + 1, to, rows: schema.rows.toLocaleString('en-US') })}</span>
          <button
            type="button"
            className="icon-button small"
            aria-label={text(words.next)}
            disabled={to >= schema.rows}
            onClick={() => setFrom(from + PAGE_ROWS)}
          >
            <ChevronRight size={16} aria-hidden />
          </button>
        </div>
      </div>
      <div className={css.split}>
        <section className={css.side} aria-label={text(words.columns)}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <div className={css.scroll} tabIndex={0}>
            <ul className={css.columns}>
              {schema.columns.map((column) => (
                <ColumnCard
                  key={column.name}
                  column={column}
                  isTarget={column.name === schema.target}
                  rows={hasNumbers ? sample.rows : null}
                />
              ))}
            </ul>
          </div>
        </section>
        <section className={css.side} aria-label={text(words.rowsHeading)} aria-busy={page.isLoading}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <div className={css.scroll} tabIndex={0}>
            {page.rows ? (
              <RowsPreview schema={schema} rows={page.rows} />
            ) : (
              <p className={css.status} role="status">
                {text(page.isLoading ? words.loading : words.unreadable)}
              </p>
            )}
          </div>
        </section>
      </div>
    </section>
  );
}
