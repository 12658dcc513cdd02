/**
 * Fields: one declaration gives the TypeScript type of `config`, defaults, the generated form, validation of loaded files,
 * help, and random configs for property tests.
 */
import type { Config } from '../graph/document';
import type { ColumnKind } from '../graph/schema';
import type { Text } from '../graph/text';

interface FieldBase<T> {
  readonly title: Text;
  readonly help: Text;
  readonly default: T;
  /** Hidden in the form while false; the value stays in the config. */
  readonly visible?: (config: Config) => boolean;
  /** Under "Advanced" in the form. */
  readonly advanced?: boolean;
}
export interface IntField extends FieldBase<number> {
  readonly kind: 'int';
  readonly min: number;
  readonly max: number;
  /** Range for random configs in tests, when the legal one is too wide to build. */
  readonly sample?: readonly [number, number];
}
export interface FloatField extends FieldBase<number> {
  readonly kind: 'float';
  readonly min: number;
  readonly max: number;
  readonly step?: number;
}
export interface BooleanField extends FieldBase<boolean> {
  readonly kind: 'boolean';
}
export interface ChoiceField<O extends string = string> extends FieldBase<O> {
  readonly kind: 'choice';
  readonly options: readonly { readonly value: O; readonly title: Text }[];
}
/** A short list of whole numbers: kernel size, strides, target shape. */
export interface IntsField extends FieldBase<readonly number[]> {
  readonly kind: 'ints';
  readonly min: number;
  readonly max: number;
  readonly minLength: number;
  readonly maxLength: number;
  readonly sample?: readonly [number, number];
}
/** A list of numbers, e.g. one weight per ensemble member; empty = equal. */
export interface FloatsField extends FieldBase<readonly number[]> {
  readonly kind: 'floats';
  readonly min: number;
  readonly max: number;
  readonly maxLength: number;
}
/** One column of the data set; '' = the first that fits (for a target: the data set's own target). */
export interface ColumnField extends FieldBase<string> {
  readonly kind: 'column';
  readonly accepts: readonly ColumnKind[];
}
/** Several columns; empty = all that fit, except targets. */
export interface ColumnsField extends FieldBase<readonly string[]> {
  readonly kind: 'columns';
  readonly accepts: readonly ColumnKind[];
}
/** Metric ids to report; the options depend on the head. */
export interface MetricsField extends FieldBase<readonly string[]> {
  readonly kind: 'metrics';
  readonly options: readonly string[];
}

export type Field =
  | IntField
  | FloatField
  | BooleanField
  | ChoiceField
  | IntsField
  | FloatsField
  | ColumnField
  | ColumnsField
  | MetricsField;

export type Fields = { readonly [name: string]: Field };

type ValueOf<F extends Field> = F extends ChoiceField<infer O> ? O : F['default'];
export type ConfigOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

// Constructors keep node files short and give literal types to choices.
type Rest<F extends Field> = Omit<F, 'kind' | 'title' | 'help' | 'default'>;

export const int = (title: Text, help: Text, value: number, rest: Rest<IntField>): IntField => ({
  kind: 'int',
  title,
  help,
  default: value,
  ...rest,
});
export const float = (title: Text, help: Text, value: number, rest: Rest<FloatField>): FloatField => ({
  kind: 'float',
  title,
  help,
  default: value,
  ...rest,
});
export const boolean = (
  title: Text,
  help: Text,
  value: boolean,
  rest: Rest<BooleanField> = {},
): BooleanField => ({ kind: 'boolean', title, help, default: value, ...rest });
export const choice = <const O extends string>(
  title: Text,
  help: Text,
  value: NoInfer<O>,
  options: readonly { readonly value: O; readonly title: Text }[],
  rest: { readonly visible?: (config: Config) => boolean; readonly advanced?: boolean } = {},
): ChoiceField<O> => ({ kind: 'choice', title, help, default: value, options, ...rest });
export const ints = (
  title: Text,
  help: Text,
  value: readonly number[],
  rest: Rest<IntsField>,
): IntsField => ({ kind: 'ints', title, help, default: value, ...rest });
export const floats = (
  title: Text,
  help: Text,
  value: readonly number[],
  rest: Rest<FloatsField>,
): FloatsField => ({ kind: 'floats', title, help, default: value, ...rest });
export const column = (
  title: Text,
  help: Text,
  accepts: readonly ColumnKind[],
  rest: Omit<Rest<ColumnField>, 'accepts'> = {},
): ColumnField => ({ kind: 'column', title, help, default: '', accepts, ...rest });
export const columns = (
  title: Text,
  help: Text,
  accepts: readonly ColumnKind[],
  rest: Omit<Rest<ColumnsField>, 'accepts'> = {},
): ColumnsField => ({ kind: 'columns', title, help, default: [], accepts, ...rest });
export const metrics = (
  title: Text,
  help: Text,
  value: readonly string[],
  options: readonly string[],
): MetricsField => ({ kind: 'metrics', title, help, default: value, options });

/** The config a new node starts with. */
export function defaultConfig<F extends Fields>(fields: F): ConfigOf<F> {
  const config: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) config[name] = field.default;
  return config as ConfigOf<F>;
}
