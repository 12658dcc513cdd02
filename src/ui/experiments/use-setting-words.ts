/** Names of settings and of their values, in the reader's language: `Dense · Units`, `Adam`, `on`. */
import { useMemo } from 'react';
import { nodeTitle } from '../../compile/describe';
import { placeKey, type SettingPlace, searchableSettings } from '../../compile/experiments/space';
import type { Meaning } from '../../graph/document';
import type { Json } from '../../graph/json';
import type { Locale } from '../../graph/text';
import { experimentMessages as words } from '../../messages/experiments';
import { OPTIMIZERS } from '../../nodes/training-index';
import { useLocale, useText } from '../i18n';

export interface SettingWords {
  title(place: SettingPlace): string;
  value(place: SettingPlace, value: Json): string;
}

export function useSettingWords(meaning: Meaning): SettingWords {
  const text = useText();
  const locale = useLocale();
  return useMemo(() => {
    const settings = new Map(
      searchableSettings(meaning).map((setting) => [placeKey(setting.place), setting]),
    );
    const names = nodeNames(meaning, locale);
    const fieldOf = (place: SettingPlace) =>
      settings.get(placeKey(place))?.field ??
      // Of an optimizer that the project does not have at the moment.
      OPTIMIZERS.map(({ fields }) => fields[place.field]).find((field) => field !== undefined);
    return {
      title(place) {
        const field = fieldOf(place);
        const name = field ? text(field.title) : place.field;
        return place.kind === 'node' ? `${names.get(place.node) ?? place.node} · ${name}` : name;
      },
      value(place, value) {
        if (typeof value === 'boolean') return text(value ? words.yes : words.no);
        const field = fieldOf(place);
        const option = field?.kind === 'choice' && field.options.find((each) => each.value === value);
        return option ? text(option.title) : formatSetting(value);
      },
    };
  }, [meaning, text, locale]);
}

/** Titles of nodes; of several with one title all but the first are counted: `Dense`, `Dense 2`. */
export function nodeNames({ nodes }: Meaning, locale: Locale): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  return new Map(
    Object.values(nodes).map(({ id }) => {
      const title = nodeTitle({ locale, nodes }, id);
      const count = (counts.get(title) ?? 0) + 1;
      counts.set(title, count);
      return [id, count > 1 ? `${title} ${count}` : title];
    }),
  );
}

/** `0.003162`, `1e-5`, `64`. */
export function formatSetting(value: Json): string {
  if (typeof value !== 'number') return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6)
    ? shortExponential(value)
    : String(Number(value.toPrecision(4)));
}
const shortExponential = (value: number): string =>
  value
    .toExponential(3)
    .replace(/\.?0+e/, 'e')
    .replace('e+', 'e');

/** `Accuracy` → `accuracy` within a phrase; `F1` and `MAE` stay. */
export const inPhrase = (title: string): string =>
  /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
