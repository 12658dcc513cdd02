import { describe, expect, it } from 'vitest';
import { dataProblems } from '../messages/data-problems';
import { describeDataProblem } from './describe';
import { dataError, dataWarning } from './problems';

describe('describeDataProblem', () => {
  it('puts the facts in place, in both languages', () => {
    const problem = dataError('file-too-large', { file: 'big.csv', megabytes: 250.5, limit: 200 });
    expect(describeDataProblem(problem, 'en')).toBe(
      'big.csv has 250.5 MB; up to 200 MB can be read. Use a part of it.',
    );
    expect(describeDataProblem(problem, 'zh')).toBe(
      'big.csv 有 250.5 MB，最多可读取 200 MB。请只用其中一部分。',
    );
    const warning = dataWarning('missing-imputed', { columns: 'a, b', count: 3 });
    expect(describeDataProblem(warning, 'en')).toBe(
      '3 missing values in a, b were filled with the mean of the training rows.',
    );
  });

  it('shows a code that it does not know', () => {
    expect(describeDataProblem({ code: 'of-the-future', facts: {} }, 'en')).toBe('of-the-future');
  });

  it.each(Object.entries(dataProblems))('%s names the same facts in both languages', (_, { en, zh }) => {
    const places = (sentence: string) => [...new Set(sentence.match(/\{\w+\}/gu) ?? [])].sort();
    expect(places(zh)).toEqual(places(en));
    expect(zh).toMatch(/\p{Script=Han}/u);
  });
});
