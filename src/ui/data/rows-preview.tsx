/** A page of rows: a grid of thumbnails where the data are pictures, a table otherwise. */
import type { DatasetSchema } from '../../graph/schema';
import { dataMessages as words } from '../../messages/data';
import type { PreviewCell, RowsPreview as Rows } from '../../worker/protocol';
import { useText } from '../i18n';
import css from './data.module.css';
import { Pixels } from './pixels';

interface RowsPreviewProps {
  readonly schema: DatasetSchema;
  readonly rows: Rows['rows'];
}

export function RowsPreview({ schema, rows }: RowsPreviewProps) {
  const text = useText();
  const image = schema.columns.find((column) => column.kind === 'image');
  const others = schema.columns.filter((column) => column !== image);
  if (image && others.length <= 2) {
    return (
      <ul className={css.thumbs}>
        {rows.map(({ row, cells }) => {
          const label = others.map((column) => plain(cells[column.name])).join(' · ');
          const cell = cells[image.name];
          return (
            <li key={row} className={css.thumb}>
              {cell?.kind === 'image' && (
                <Pixels {...cell} label={`${text(words.row)} ${row + 1}: ${label}`} size={56} />
              )}
              <span>{label}</span>
            </li>
          );
        })}
      </ul>
    );
  }
  return (
    <table className={css.rows}>
      <thead>
        <tr>
          <th scope="col">{text(words.row)}</th>
          {schema.columns.map((column) => (
            <th key={column.name} scope="col">
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ row, cells }) => (
          <tr key={row}>
            <th scope="row">{row + 1}</th>
            {schema.columns.map((column) => {
              const cell = cells[column.name];
              return (
                <td key={column.name}>
                  {cell?.kind === 'image' ? <Pixels {...cell} label={column.name} size={40} /> : plain(cell)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const plain = (cell: PreviewCell | undefined): string => (cell?.kind === 'text' ? cell.text : '');
