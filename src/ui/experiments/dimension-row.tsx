/** What one setting of a search may be: a range or a list of numbers, or some of the options that it has. */
import { X } from 'lucide-react';
import { useState } from 'react';
import type { Dimension, SearchableField, Values } from '../../compile/experiments/space';
import type { Json } from '../../graph/json';
import { experimentMessages as words } from '../../messages/experiments';
import type { FloatField, IntField } from '../../nodes/fields';
import { type Say, useText } from '../i18n';
import { parseList, parseNumber } from '../inspector/field-input';
import form from '../inspector/form.module.css';
import css from './experiments.module.css';
import { formatSetting } from './use-setting-words';

interface DimensionRowProps {
  readonly dimension: Dimension;
  readonly field: SearchableField;
  readonly title: string;
  /** Whether a grid needs to know how many values of a range to take. */
  readonly isGrid: boolean;
  /** Null while what is typed makes no sense. */
  onChange(values: Values | null): void;
  onRemove(): void;
}

export function DimensionRow({ dimension, field, title, isGrid, onChange, onRemove }: DimensionRowProps) {
  const text = useText();
  const { values } = dimension;
  return (
    <fieldset className={css.dimension}>
      <legend className="visually-hidden">{text(words.valuesOf, { setting: title })}</legend>
      <span className={css.dimensionTitle} title={title}>
        {title}
      </span>
      {field.kind === 'int' || field.kind === 'float' ? (
        <NumberValues {...{ values, field, title, isGrid, onChange }} />
      ) : (
        <OptionValues {...{ values, field, onChange }} />
      )}
      <button
        type="button"
        className="icon-button small"
        aria-label={text(words.removeSetting, { setting: title })}
        title={text(words.removeSetting, { setting: title })}
        onClick={onRemove}
      >
        <X size={14} aria-hidden />
      </button>
    </fieldset>
  );
}

interface NumberDraft {
  readonly kind: 'range' | 'log' | 'list';
  readonly from: string;
  readonly to: string;
  readonly points: string;
  readonly list: string;
}

interface NumberValuesProps {
  readonly values: Values;
  readonly field: IntField | FloatField;
  readonly title: string;
  readonly isGrid: boolean;
  onChange(values: Values | null): void;
}

function NumberValues({ values, field, title, isGrid, onChange }: NumberValuesProps) {
  const text = useText();
  const [draft, setDraft] = useState<NumberDraft>(() => draftOf(values));
  const parsed = parseDraft(draft, field, text);
  const edit = (patch: Partial<NumberDraft>) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    const result = parseDraft(next, field, text);
    onChange(typeof result === 'string' ? null : result);
  };
  const input = (name: 'from' | 'to' | 'points' | 'list', label: string, width: number) => (
    <input
      className={`${form.control} ${form.inline}`}
      style={{ width }}
      aria-label={label}
      aria-invalid={typeof parsed === 'string' || undefined}
      inputMode="decimal"
      value={draft[name]}
      onChange={(event) => edit({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <span className={css.values}>
      <select
        className={`${form.control} ${form.inline}`}
        aria-label={text(words.kindOf, { setting: title })}
        value={draft.kind}
        onChange={(event) => edit({ kind: event.currentTarget.value as NumberDraft['kind'] })}
      >
        <option value="range">{text(words.range)}</option>
        <option value="log">{text(words.logRange)}</option>
        <option value="list">{text(words.listOf)}</option>
      </select>
      {draft.kind === 'list' ? (
        input('list', text(words.valuesOf, { setting: title }), 180)
      ) : (
        <>
          {input('from', text(words.fromOf, { setting: title }), 72)}
          <span className={css.hint}>{text(words.to)}</span>
          {input('to', text(words.toOf, { setting: title }), 72)}
          {isGrid && (
            <>
              {input('points', text(words.pointsOf, { setting: title }), 44)}
              <span className={css.hint}>{text(words.points)}</span>
            </>
          )}
        </>
      )}
      {typeof parsed === 'string' && (
        <span className={css.failed} role="alert">
          {parsed}
        </span>
      )}
    </span>
  );
}

function draftOf(values: Values): NumberDraft {
  if (values.kind === 'list')
    return { kind: 'list', from: '', to: '', points: '3', list: values.values.map(formatSetting).join(', ') };
  const { from, to, log, points } = values;
  return {
    ...{
      kind: log ? 'log' : 'range',
      from: formatSetting(from),
      to: formatSetting(to),
      points: String(points),
    },
    list: [from, to].map(formatSetting).join(', '),
  };
}

/** The values, or what is wrong with them. */
function parseDraft(draft: NumberDraft, field: IntField | FloatField, text: Say): Values | string {
  const { min, max, kind: of } = field;
  const fits = (value: number) => value >= min && value <= max;
  const limits = text(words.badLimits, { min, max });
  if (draft.kind === 'list') {
    const list = parseList(draft.list, of, 1, 100);
    if (!list.ok) return text(words.badList);
    return list.value.every(fits) ? { kind: 'list', values: list.value } : limits;
  }
  const [from, to, points] = [
    parseNumber(draft.from, of),
    parseNumber(draft.to, of),
    parseNumber(draft.points, 'int'),
  ];
  if (!from.ok || !to.ok || from.value >= to.value || !points.ok || points.value < 1)
    return text(words.badRange);
  if (!fits(from.value) || !fits(to.value)) return limits;
  const log = draft.kind === 'log';
  if (log && from.value <= 0) return text(words.badLog);
  return { kind: 'range', from: from.value, to: to.value, log, points: points.value };
}

interface OptionValuesProps {
  readonly values: Values;
  readonly field: Exclude<SearchableField, IntField | FloatField>;
  onChange(values: Values | null): void;
}

function OptionValues({ values, field, onChange }: OptionValuesProps) {
  const text = useText();
  const [chosen, setChosen] = useState<readonly Json[]>(values.kind === 'list' ? values.values : []);
  const options: readonly { readonly value: Json; readonly label: string }[] =
    field.kind === 'choice'
      ? field.options.map(({ value, title }) => ({ value, label: text(title) }))
      : [
          { value: false, label: text(words.no) },
          { value: true, label: text(words.yes) },
        ];
  const toggle = (value: Json) => {
    const next = options
      .map((option) => option.value)
      .filter((each) => chosen.includes(each) !== (each === value));
    setChosen(next);
    onChange(next.length > 0 ? { kind: 'list', values: next } : null);
  };
  return (
    <span className={css.values}>
      {options.map(({ value, label }) => (
        <label key={String(value)} className={css.option}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          {label}
        </label>
      ))}
      {chosen.length === 0 && (
        <span className={css.failed} role="alert">
          {text(words.badChoice)}
        </span>
      )}
    </span>
  );
}
