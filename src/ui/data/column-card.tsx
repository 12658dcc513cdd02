/** One column of the data set: its kind, its statistics and the shape of its values. */
import { useMemo } from 'react';
import type { Column } from '../../graph/schema';
import type { Text } from '../../graph/text';
import { dataMessages as words } from '../../messages/data';
import type { RowsPreview } from '../../worker/protocol';
import { MiniBars } from '../charts/mini-bars';
import { type Say, useText } from '../i18n';
import css from './data.module.css';
import { histogram } from './histogram';

const KINDS: Readonly<Record<Column['kind'], Text>> = {
  image: words.kindImage,
  number: words.kindNumber,
  category: words.kindCategory,
  text: words.kindText,
  tags: words.kindTags,
};
const BINS = 24;

interface ColumnCardProps {
  readonly column: Column;
  readonly isTarget: boolean;
  /** The rows that number histograms are drawn from; null while they load. */
  readonly rows: RowsPreview['rows'] | null;
}

export function ColumnCard({ column, isTarget, rows }: ColumnCardProps) {
  const text = useText();
  return (
    <li className={css.column}>
      <div className={css.name}>
        <span>{column.name}</span>
        <small>
          {text(KINDS[column.kind])}
          {isTarget && <span className={css.mark}> · {text(words.isTarget)}</span>}
        </small>
      </div>
      <p className={css.meta}>
        {facts(column, text)}
        {'missing' in column &&
          column.missing > 0 &&
          ` · ${text(words.missingValues, { count: column.missing })}`}
      </p>
      {column.kind === 'category' && (
        <MiniBars
          counts={column.counts}
          titles={column.classes.map((name, index) => `${name}: ${column.counts[index] ?? 0}`)}
          label={text(words.classCounts, { column: column.name })}
        />
      )}
      {column.kind === 'number' && rows && <NumberBars column={column} rows={rows} />}
    </li>
  );
}

interface NumberBarsProps {
  readonly column: Extract<Column, { kind: 'number' }>;
  readonly rows: RowsPreview['rows'];
}

function NumberBars({ column, rows }: NumberBarsProps) {
  const text = useText();
  const { counts, titles, total } = useMemo(() => {
    const values = rows.flatMap((row) => {
      const cell = row.cells[column.name];
      return cell?.kind === 'text' && cell.text !== '' ? [Number(cell.text)] : [];
    });
    const bins = histogram(values, column.min, column.max, BINS);
    const width = (column.max - column.min) / BINS;
    return {
      counts: bins,
      total: values.length,
      titles: bins.map(
        (count, index) =>
          `${short(column.min + index * width)} – ${short(column.min + (index + 1) * width)}: ${count}`,
      ),
    };
  }, [column, rows]);
  return (
    <MiniBars
      counts={counts}
      titles={titles}
      label={text(words.histogram, { column: column.name, count: total })}
    />
  );
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

function facts(column: Column, text: Say): string {
  switch (column.kind) {
    case 'image':
      return text(words.image, {
        width: column.width,
        height: column.height,
        channels: text(column.channels === 1 ? words.grey : words.colour),
      });
    case 'number':
      return text(words.number, {
        min: short(column.min),
        max: short(column.max),
        mean: short(column.mean),
        std: short(column.std),
      });
    case 'category':
      return text(words.category, { classes: column.classes.length });
    case 'text':
      return text(words.text, {
        max: column.maxWords,
        median: column.medianWords,
        distinct: column.distinctWords,
      });
    case 'tags':
      return text(words.tags, { classes: column.classes.length });
  }
}
