/** The one place where a data problem becomes a sentence. */
import type { Locale, Text } from '../graph/text';
import { format } from '../messages/catalogue';
import { dataProblems } from '../messages/data-problems';
import type { DataProblemCode } from './problems';

// A code without a sentence does not compile here.
const SENTENCES: { readonly [C in DataProblemCode]: Text } = dataProblems;

/** Takes what a run's failure carries too, whose code is any string; one that is not known shows as it is. */
export function describeDataProblem(
  problem: { readonly code: string; readonly facts: { readonly [name: string]: string | number } },
  locale: Locale,
): string {
  const sentence = (SENTENCES as { readonly [code: string]: Text })[problem.code];
  return sentence ? format(sentence, locale, problem.facts) : problem.code;
}
