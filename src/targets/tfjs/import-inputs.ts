/** InputLayer → one of our inputs, chosen by rank and by what reads it. What only data can decide is left to the data. */
import type { Config } from '../../graph/document';
import { type FileProblem, fileWarning } from '../../graph/file-problem';
import type { Json } from '../../graph/json';
import { defaultConfig } from '../../nodes/fields';
import { nodeType } from '../../nodes/index';
import type { Call } from './read-topology';

export interface ImportedInput {
  readonly type: string;
  readonly config: Config;
  readonly rank: number;
  readonly problem: FileProblem | null;
}

/** As much as the vocabulary field of a tokens input allows. */
const MAX_VOCABULARY = 200_000;

const TOKEN_READERS = ['Embedding', 'Weft>PaddingMask'];

export function importInput({ name, config }: Call, consumers: readonly Call[]): ImportedInput {
  const stated = config['batch_input_shape'] ?? config['batch_shape'];
  const shape = Array.isArray(stated) ? (stated as readonly Json[]).slice(1) : guessedShape(consumers);
  const readsTokens = consumers.some((call) => TOKEN_READERS.includes(call.className));
  const [first, second, third] = shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : 0));
  const make = (type: string, settings: Config, isExact: boolean): ImportedInput => ({
    type,
    config: { ...(defaultConfig(nodeType(type)!.fields) as Config), ...settings },
    rank: shape.length + 1,
    problem: isExact
      ? null
      : fileWarning('input-size', { layer: name, shape: shape.map((dim) => dim ?? '?').join('×') }),
  });
  if (shape.length === 3) {
    const channels = third === 1 ? 'grey' : third === 3 ? 'rgb' : 'auto';
    const settings = { height: first!, width: second!, channels };
    return make('image-input', settings, first! > 0 && second! > 0 && channels !== 'auto');
  }
  if (readsTokens) {
    const settings = { length: first ?? 0, vocabulary: vocabularyOf(consumers) };
    return make('tokens-input', settings, settings.length > 0);
  }
  // How many numbers there are is up to the columns of the data set.
  if (shape.length === 2) return make('sequence-input', first! > 0 ? { window: first! } : {}, false);
  return make('numbers-input', {}, false);
}

/** The smallest table that reads the tokens bounds what they may be; 0 leaves it to the data. */
function vocabularyOf(consumers: readonly Call[]): number {
  const rows = consumers.flatMap(({ config }) =>
    typeof config['input_dim'] === 'number' ? config['input_dim'] : [],
  );
  const smallest = Math.min(...rows);
  return Number.isInteger(smallest) && smallest <= MAX_VOCABULARY ? smallest : 0;
}

/** Keras lets a model be written before its input is known; then the first layer says what it must be. */
function guessedShape(consumers: readonly Call[]): readonly Json[] {
  const [first] = consumers;
  if (/2D$/.test(first?.className ?? '')) return [null, null, null];
  if (/1D$|^(LSTM|GRU|SimpleRNN|Bidirectional)$/.test(first?.className ?? '')) return [null, null];
  return [null];
}
