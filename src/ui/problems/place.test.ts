/** Problems are grouped where people look for them. */
import { expect, it } from 'vitest';
import { compile } from '../../compile/index';
import { apply } from '../../graph/apply';
import { emptyDocument } from '../../graph/new-document';
import { starters } from '../../lessons/starters/index';
import { countProblems } from './count-problems';
import { groupByPlace } from './place';

it('puts the document first and a wire’s problem at the node it enters', () => {
  const empty = compile(emptyDocument(''), null);
  const [first] = groupByPlace(empty.diagnostics, emptyDocument('').meaning);
  expect(first!.node).toBeNull();
});

it('groups by node, errors before warnings, and loses nothing', () => {
  const whole = starters[0]!.document();
  const inputs = Object.values(whole.meaning.nodes).filter((node) => node.type === 'image-input');
  const { doc } = apply(whole, { kind: 'removeNode', node: inputs[0]!.id });
  const { diagnostics } = compile(doc, null);
  const groups = groupByPlace(diagnostics, doc.meaning);
  expect(groups.flatMap((group) => group.diagnostics)).toHaveLength(diagnostics.length);
  expect(new Set(groups.map((group) => group.key)).size).toBe(groups.length);
  const severities = groups
    .filter((group) => group.node)
    .map((group) => (group.diagnostics.some((each) => each.severity === 'error') ? 1 : 2));
  expect(severities).toEqual([...severities].sort());
});

it('counts in words, singular and plural, and leaves out what there is none of', () => {
  const say = (text: { en: string }, values: Record<string, unknown> = {}) =>
    text.en.replace('{count}', String(values['count']));
  const one = compile(emptyDocument(''), null)
    .diagnostics.filter((each) => each.severity === 'error')
    .slice(0, 1);
  expect(countProblems(one, say as never)).toBe('1 error');
  expect(countProblems([...one, ...one, { ...one[0]!, severity: 'warning' }], say as never)).toBe(
    '2 errors, 1 warning',
  );
});
