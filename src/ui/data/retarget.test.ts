/** Choosing another column to predict leaves a document that compiles and does not feed the answer to the model. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../compile/index';
import { findDataset } from '../../data/datasets/index';
import { apply } from '../../graph/apply';
import type { GraphDoc } from '../../graph/document';
import { project } from '../../lessons/project';
import { headsOf, retarget, targetOf } from './retarget';

const schema = findDataset('penguins')!.schema;
const start = project({
  name: 'penguins',
  dataset: 'penguins',
  training: {},
  nodes: [
    { id: 'in', type: 'numbers-input', at: [0, 0] },
    { id: 'hidden', type: 'dense', at: [1, 0] },
    { id: 'out', type: 'classification-output', at: [2, 0] },
  ],
  wires: ['in > hidden', 'hidden > out'],
});

function choose(doc: GraphDoc, column: string): GraphDoc {
  const command = retarget(doc, schema, column);
  return command ? apply(doc, command).doc : doc;
}
const inputColumns = (doc: GraphDoc) => {
  const { plan } = compile(doc, schema);
  const [input] = plan!.inputs;
  return input!.feature?.kind === 'numbers' ? input!.feature.columns.map((column) => column.name) : [];
};

describe('retarget', () => {
  it('sets the field of a head that takes the column', () => {
    const doc = choose(start, 'island');
    expect(targetOf(doc.meaning.nodes['out']!)).toBe('island');
    expect(doc.meaning.nodes['out']!.type).toBe('classification-output');
    expect(compile(doc, schema).diagnostics).toEqual([]);
  });

  it('swaps the head for one that predicts numbers, wires and place kept', () => {
    const doc = choose(start, 'body_mass_g');
    const head = doc.meaning.nodes['out']!;
    expect(head.type).toBe('regression-output');
    expect(targetOf(head)).toBe('body_mass_g');
    expect(doc.layout.positions['out']).toEqual(start.layout.positions['out']);
    const result = compile(doc, schema);
    expect(result.diagnostics).toEqual([]);
    expect(result.plan!.heads[0]!.target).toMatchObject({ kind: 'numbers', columns: ['body_mass_g'] });
  });

  it('keeps the answer out of the input and reads the former target again', () => {
    const mass = choose(start, 'body_mass_g');
    expect(inputColumns(mass)).not.toContain('body_mass_g');
    expect(inputColumns(mass)).toContain('species');
    const bill = choose(mass, 'bill_length_mm');
    expect(inputColumns(bill)).not.toContain('bill_length_mm');
    expect(inputColumns(bill)).toContain('body_mass_g');
  });

  it('goes back to the data set’s own choice without leaving a trace', () => {
    const doc = choose(choose(start, 'body_mass_g'), schema.target!);
    expect(headsOf(doc).map(targetOf)).toEqual(['']);
    expect(doc.meaning.nodes['in']!.config['columns']).toEqual([]);
    expect(doc.meaning.nodes['out']!.type).toBe('classification-output');
  });

  it('has nothing to do when nothing changes', () => {
    expect(retarget(start, schema, schema.target!)).toBeNull();
    expect(retarget(start, schema, 'no such column')).toBeNull();
  });
});
