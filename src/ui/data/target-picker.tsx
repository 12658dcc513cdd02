/** Which column the model predicts, changed where the columns are looked at. */
import type { DatasetSchema } from '../../graph/schema';
import { dataMessages as words } from '../../messages/data';
import { useDocument } from '../../state/document-store';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import css from './data.module.css';
import { canPredict, headsOf, retarget, targetOf } from './retarget';

export function TargetPicker({ schema }: { readonly schema: DatasetSchema }) {
  const text = useText();
  const doc = useDocument((state) => state.doc);
  const dispatch = useDocument((state) => state.dispatch);
  const heads = headsOf(doc);
  // Several heads predict several columns on purpose; each has its own field in the inspector.
  const [head] = heads;
  const isSettled = heads.length === 1;
  return (
    <label
      className={css.target}
      title={text(isSettled ? words.targetHelp : heads.length ? words.severalOutputs : words.noOutput)}
    >
      {text(words.target)}
      <select
        className={`${form.control} ${form.inline}`}
        value={head && isSettled ? targetOf(head) || (schema.target ?? '') : ''}
        disabled={!isSettled}
        onChange={(event) => {
          const command = retarget(doc, schema, event.currentTarget.value);
          if (command) dispatch(command);
        }}
      >
        {(!isSettled || (schema.target === null && head && targetOf(head) === '')) && (
          <option value="">–</option>
        )}
        {schema.columns.filter(canPredict).map((column) => (
          <option key={column.name} value={column.name}>
            {column.name === schema.target
              ? text(words.targetAutomatic, { column: column.name })
              : column.name}
          </option>
        ))}
      </select>
    </label>
  );
}
