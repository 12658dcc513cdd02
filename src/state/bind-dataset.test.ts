/** Binding other data: which inputs and heads are replaced, what stays, and that all of it is one undoable edit. */
import { describe, expect, test } from 'vitest';
import { compile } from '../compile/index';
import { DATASETS, findDataset } from '../data/datasets/index';
import { apply } from '../graph/apply';
import { type GraphDoc, nodeId } from '../graph/document';
import type { DatasetSchema } from '../graph/schema';
import { starters } from '../lessons/starters/index';
import { bindCommand } from './bind-dataset';

const schemaOf = (id: string): DatasetSchema => findDataset(id)!.schema;
const starter = (id: string): GraphDoc => starters.find((each) => each.id === id)!.document();
const bound = (doc: GraphDoc, schema: DatasetSchema): GraphDoc => apply(doc, bindCommand(doc, schema)).doc;
const errorsOf = (doc: GraphDoc, schema: DatasetSchema) =>
  compile(doc, schema)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);

describe.each(starters.map((each) => [each.id, each.document()] as const))('%s', (_id, doc) => {
  test.each(DATASETS.map((each) => [each.id, each.schema] as const))('onto %s', (_dataset, schema) => {
    const command = bindCommand(doc, schema);
    const { doc: after, inverse } = apply(doc, command);
    expect(apply(after, inverse).doc).toEqual(doc);
    expect(after.meaning.dataset).toEqual({ id: schema.id });
    for (const node of Object.values(doc.meaning.nodes)) {
      const now = after.meaning.nodes[node.id]!;
      const isEnd = /-(input|output)$/.test(node.type);
      // Hidden nodes keep their type; the ends may become another of their kind.
      if (isEnd) expect(now.type).toMatch(node.type.endsWith('-input') ? /-input$/ : /-output$/);
      else expect(now.type).toBe(node.type);
      expect(after.layout.positions[node.id]).toEqual(doc.layout.positions[node.id]);
    }
    // Every input and head fits its columns, whatever happens between them.
    const problems = compile(after, schema).diagnostics;
    expect(
      problems.filter(({ code }) => ['no-column', 'column-missing', 'column-kind'].includes(code)),
    ).toEqual([]);
  });
});

describe('results', () => {
  test('its own data changes nothing', () => {
    const doc = starter('digits-mlp');
    expect(apply(doc, bindCommand(doc, schemaOf('digits'))).doc).toBe(doc);
  });

  test('pictures of another size, other classes: only the data set changes', () => {
    const doc = starter('digits-mlp');
    const after = bound(doc, schemaOf('fashion-mnist'));
    expect(after.meaning.nodes).toBe(doc.meaning.nodes);
    expect(errorsOf(after, schemaOf('fashion-mnist'))).toEqual([]);
  });

  test('from pictures to a table: the input changes, the network trains', () => {
    const schema = schemaOf('penguins');
    const after = bound(starter('digits-mlp'), schema);
    expect(after.meaning.nodes['image']!.type).toBe('numbers-input');
    expect(after.meaning.nodes['digit']!.type).toBe('classification-output');
    expect(errorsOf(after, schema)).toEqual([]);
  });

  test('from pictures to a time series: a number is predicted', () => {
    const schema = schemaOf('weather');
    const after = bound(starter('digits-mlp'), schema);
    expect(after.meaning.nodes['image']!.type).toBe('sequence-input');
    expect(after.meaning.nodes['digit']!.type).toBe('regression-output');
    expect(errorsOf(after, schema)).toEqual([]);
  });

  test('from pictures to words: the compiler inserts what reads them', () => {
    const schema = schemaOf('sentiment');
    const after = bound(starter('digits-mlp'), schema);
    expect(after.meaning.nodes['image']!.type).toBe('tokens-input');
    expect(Object.values(after.meaning.nodes).map(({ type }) => type)).toContain('embedding');
    expect(errorsOf(after, schema)).toEqual([]);
  });

  test('columns that the data has not are let go of, those that it has are kept', () => {
    const doc = starter('digits-mlp');
    const named = apply(doc, {
      kind: 'setConfig',
      node: nodeId('image'),
      config: { column: 'photo', height: 12 },
    }).doc;
    expect(bound(named, schemaOf('digits')).meaning.nodes['image']!.config).toMatchObject({
      column: '',
      height: 12,
    });
    const kept = apply(doc, { kind: 'setConfig', node: nodeId('image'), config: { column: 'image' } }).doc;
    expect(bound(kept, schemaOf('digits')).meaning.nodes['image']!.config).toMatchObject({ column: 'image' });
  });
});
