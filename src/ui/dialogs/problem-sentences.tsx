/** Problems of files and of data as sentences: both have the same layout and may come in one list. */
import { describeDataProblem } from '../../data/describe';
import type { Text } from '../../graph/text';
import { format } from '../../messages/catalogue';
import { fileProblems } from '../../messages/file-problems';
import { useLocale } from '../i18n';
import css from './dialogs.module.css';

export interface AnyProblem {
  readonly code: string;
  readonly facts: { readonly [name: string]: string | number };
}

const FILE_SENTENCES: { readonly [code: string]: Text } = fileProblems;

export function ProblemSentences({ problems }: { readonly problems: readonly AnyProblem[] }) {
  const locale = useLocale();
  const sentences = problems.map((problem) => {
    const sentence = FILE_SENTENCES[problem.code];
    return sentence ? format(sentence, locale, problem.facts) : describeDataProblem(problem, locale);
  });
  return (
    <ul className={css.problems}>
      {[...new Set(sentences)].map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
