/** Tokens input: text as a row of token ids of fixed length, ready for an Embedding. */
import type { DatasetSchema, TextColumn } from '../../graph/schema';
import { t } from '../../graph/text';
import { defineInput, fail, ok, oneOutput } from '../define-node';
import { choice, column, int } from '../fields';
import { isIndexColumn } from './table-columns';

const MAX_AUTO_LENGTH = 128;
const MAX_AUTO_VOCABULARY = 10_000;
/** Letters, digits and signs of a text in one script; the schema does not count characters. */
const CHARACTER_VOCABULARY = 256;
/** Padding and unknown. */
const RESERVED_IDS = 2;
const WITHOUT_DATA = { length: 32, vocabulary: 1000 };

/** The named column; else the one with the longest text, which is the one that is meant where others hold names or dates. */
function findColumn(schema: DatasetSchema, name: string): TextColumn | undefined {
  const texts = schema.columns.filter((c): c is TextColumn => c.kind === 'text');
  if (name !== '') return texts.find((c) => c.name === name);
  const candidates = texts.filter((c) => !isIndexColumn(schema, c.name));
  return candidates.reduce<TextColumn | undefined>(
    (best, c) => (best && best.medianWords >= c.medianWords ? best : c),
    undefined,
  );
}

function sizes(
  config: { level: 'word' | 'character'; length: number; vocabulary: number },
  text: TextColumn | undefined,
) {
  const perWord = config.level === 'word' ? 1 : 6;
  const length = text
    ? Math.min(MAX_AUTO_LENGTH * (perWord > 1 ? 2 : 1), Math.max(1, text.maxWords * perWord))
    : WITHOUT_DATA.length;
  const wordVocabulary = text
    ? Math.min(MAX_AUTO_VOCABULARY, text.distinctWords + RESERVED_IDS)
    : WITHOUT_DATA.vocabulary;
  const vocabulary = config.level === 'word' ? wordVocabulary : CHARACTER_VOCABULARY;
  return { length: config.length || length, vocabulary: config.vocabulary || vocabulary };
}

export default defineInput({
  kind: 'input',
  type: 'tokens-input',
  version: 1,
  family: 'input',
  title: t('Text input', '文本输入'),
  summary: t('Text as token ids, padded to one length.', '把文本变成等长的词元编号序列。'),
  formula: String.raw`x \in \{0,\dots,V-1\}^{T},\quad 0 = \text{padding},\ 1 = \text{unknown}`,
  references: [
    {
      title: 'Keras: TextVectorization',
      url: 'https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/',
    },
  ],
  keywords: ['words', 'sentence', 'nlp', 'characters', 'tokenizer', 'vocabulary', '词元', '句子'],
  fields: {
    column: column(
      t('Column', '列'),
      t('Text column. Empty = the one with the longest text.', '文本列；留空表示文字最长的一列。'),
      ['text'],
    ),
    level: choice(t('Tokens', '词元'), t('What counts as one token.', '以什么为一个词元。'), 'word', [
      { value: 'word', title: t('words', '单词') },
      { value: 'character', title: t('characters', '字符') },
    ]),
    length: int(
      t('Length', '长度'),
      t(
        'Tokens per row; longer text is cut, shorter text padded. 0 = the longest row, at most 128 words.',
        '每行的词元数；过长截断，过短补齐。0 表示最长的一行，最多 128 个词。',
      ),
      0,
      { min: 0, max: 4096, sample: [1, 12] },
    ),
    vocabulary: int(
      t('Vocabulary', '词表大小'),
      t(
        'Most frequent tokens that are told apart, padding and unknown included. 0 = all words, at most 10,000; 256 for characters.',
        '区分的最常见词元数，含补齐和未知。0 表示全部单词，最多 10000；字符为 256。',
      ),
      0,
      { min: 0, max: 200_000, sample: [4, 40] },
    ),
  },
  inputs: [],
  outputs: oneOutput,
  headline: (config) =>
    [
      config.level,
      config.length > 0 ? `${config.length}` : '',
      config.vocabulary > 0 ? `V ${config.vocabulary}` : '',
    ]
      .filter(Boolean)
      .join(' · '),
  inferShapes({ config, schema }) {
    const found = schema ? findColumn(schema, config.column) : undefined;
    if (schema && !found) {
      const named = schema.columns.find((c) => c.name === config.column);
      const proposals = [{ kind: 'set', config: { column: '' } }] as const;
      if (config.column === '') return fail({ code: 'no-column', expected: ['text'], field: 'column' });
      return named
        ? fail({
            code: 'column-kind',
            column: config.column,
            expected: ['text'],
            received: named.kind,
            field: 'column',
            proposals,
          })
        : fail({ code: 'column-missing', column: config.column, field: 'column', proposals });
    }
    // Padding and unknown take two ids; below three there is no token to tell from another.
    if (config.vocabulary > 0 && config.vocabulary <= RESERVED_IDS) {
      return fail({
        code: 'field-range',
        field: 'vocabulary',
        min: RESERVED_IDS + 1,
        max: null,
        received: config.vocabulary,
        proposals: [{ kind: 'set', config: { vocabulary: 0 } }],
      });
    }
    const { length, vocabulary } = sizes(config, found);
    return ok({
      output: {
        shape: ['batch', length],
        dtype: 'int32',
        flow: 'tokens',
        cardinality: vocabulary,
        masked: true,
      },
    });
  },
  feature(config, schema) {
    const found = findColumn(schema, config.column)!;
    return { kind: 'tokens', column: found.name, level: config.level, ...sizes(config, found) };
  },
  migrations: {},
  examples: [
    { title: 'words', config: { length: 6, vocabulary: 20 }, inputs: {} },
    { title: 'characters', config: { level: 'character', length: 9, vocabulary: 30 }, inputs: {} },
  ],
});
