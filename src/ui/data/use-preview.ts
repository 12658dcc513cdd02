/** A page of rows of the bound data set, asked of the worker; null while it is on its way or cannot be read. */
import { useEffect, useState } from 'react';
import { useData } from '../../state/data-store';
import type { RowsPreview } from '../../worker/protocol';

export interface Preview {
  readonly rows: RowsPreview['rows'] | null;
  readonly isLoading: boolean;
}

export function usePreview(from: number, count: number): Preview {
  const id = useData((state) => state.bound?.source.id ?? null);
  const preview = useData((state) => state.preview);
  const [state, setState] = useState<Preview>({ rows: null, isLoading: true });
  useEffect(() => {
    if (id === null) return;
    let isCurrent = true;
    setState((before) => ({ ...before, isLoading: true }));
    preview(from, count).then(
      (page) => {
        if (isCurrent) setState({ rows: page?.rows ?? null, isLoading: false });
      },
      () => {
        if (isCurrent) setState({ rows: null, isLoading: false });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [id, from, count, preview]);
  return state;
}
