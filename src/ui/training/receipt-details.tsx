/** The receipt of the run shown, and the button that trains it once more to see whether the numbers are the same. */
import { useState } from 'react';
import type { ReceiptField } from '../../graph/receipt';
import type { Text } from '../../graph/text';
import { trainingMessages as words } from '../../messages/training';
import { useRun } from '../../state/run-store';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import problems from '../problems/problems.module.css';
import css from './training.module.css';

export const RECEIPT_LABELS: { readonly [F in ReceiptField]: Text } = {
  graph: words.receiptGraph,
  data: words.receiptData,
  seed: words.receiptSeed,
  backend: words.receiptBackend,
  fusesMultiplyAdd: words.receiptFused,
  threads: words.receiptThreads,
  tfjs: words.receiptTfjs,
};

export function ReceiptDetails() {
  const text = useText();
  const receipt = useRun((state) => state.receipt);
  const isDone = useRun((state) => state.status === 'done');
  const reproduce = useRun((state) => state.reproduce);
  // Without a receipt there is nothing to show; the fold stays as it was for the next one.
  const [isOpen, setOpen] = useState(false);
  if (!receipt) return null;
  const shown = (value: string | number | boolean): string =>
    typeof value === 'boolean' ? text(value ? words.yes : words.no) : String(value);
  return (
    <details
      className={`${form.fold} ${css.receipt}`}
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{text(words.receipt)}</summary>
      <p className={css.dim}>{text(words.receiptHelp)}</p>
      <dl>
        {(Object.keys(RECEIPT_LABELS) as ReceiptField[]).map((field) => (
          <div key={field}>
            <dt>{text(RECEIPT_LABELS[field])}</dt>
            <dd title={shown(receipt[field])}>{shown(receipt[field])}</dd>
          </div>
        ))}
      </dl>
      <div className={problems.fixes}>
        <button
          type="button"
          className={problems.fix}
          disabled={!isDone}
          title={text(words.reproduceHelp)}
          onClick={() => void reproduce()}
        >
          {text(words.reproduce)}
        </button>
        <button
          type="button"
          className={problems.fix}
          onClick={() => void navigator.clipboard.writeText(JSON.stringify(receipt, null, 2))}
        >
          {text(words.copyReceipt)}
        </button>
      </div>
    </details>
  );
}
