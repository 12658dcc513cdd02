/** How components speak: `useText()` gives a function that fills a `Text` in the reader's language. */
import { useCallback } from 'react';
import type { Locale, Text } from '../graph/text';
import { format } from '../messages/catalogue';
import { useView } from '../state/view-store';

export type Say = (text: Text, values?: { readonly [name: string]: string | number }) => string;

export const useLocale = (): Locale => useView((view) => view.locale);

export function useText(): Say {
  const locale = useLocale();
  return useCallback<Say>((text, values) => format(text, locale, values), [locale]);
}
