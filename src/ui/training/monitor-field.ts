/** The choice of a measure to watch, out of those that the heads of this project will have. */
import { useMemo } from 'react';
import { historyColumns } from '../../compile/history-columns';
import { trainingMessages as words } from '../../messages/training';
import { choice, type Field } from '../../nodes/fields';
import { useDocument } from '../../state/document-store';
import { useColumnTitle } from './use-column-title';

/** `current` stays on the list whatever the heads say: the compiler tells what is wrong with it. */
export function useMonitorField(current: string, which: 'validation' | 'all'): Field {
  const heads = useDocument((state) => state.compiled.plan?.heads);
  const columnTitle = useColumnTitle();
  return useMemo(() => {
    const columns = historyColumns(heads ?? [], true).filter(
      (column) => which === 'all' || column.startsWith('val_'),
    );
    const options = [...new Set([...columns, current])].map((value) => ({
      value,
      title: same(columnTitle(value)),
    }));
    return choice<string>(words.monitor, words.monitorHelp, 'val_loss', options);
  }, [heads, current, which, columnTitle]);
}

/** A title that is already in the reader's language. */
const same = (title: string) => ({ en: title, zh: title });
