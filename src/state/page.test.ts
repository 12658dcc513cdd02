/** What the page reads at its start: address, remembered settings, languages; and names of copies. */
import { describe, expect, test } from 'vitest';
import { nodeId } from '../graph/document';
import { serialise } from '../graph/serialise';
import { digitsMlp } from '../lessons/starters/digits-mlp';
import { readAddress } from './bootstrap';
import { openFiles } from './open-files';
import { copyName } from './project-store';
import { DEFAULT_VIEW, legalSettings, preferredLocale, viewStore } from './view-store';

describe('the address', () => {
  test('opens a starter with settings for this visit', () => {
    const { doc, backend, view } = readAddress('?doc=digits-mlp&backend=cpu&epochs=1&theme=dark&lang=zh');
    expect(doc?.name).toBe(digitsMlp.document().name);
    expect(doc?.meaning.training.epochs).toBe(1);
    expect([backend, view]).toEqual(['cpu', { theme: 'dark', locale: 'zh' }]);
  });

  test('what it misspells is ignored', () => {
    expect(readAddress('?doc=none&backend=gpu&theme=pink&lang=fr')).toEqual({
      doc: null,
      backend: null,
      view: {},
    });
    const { training } = digitsMlp.document().meaning;
    for (const epochs of ['', '0', '-3', 'x', '1.5']) {
      expect(readAddress(`?doc=digits-mlp&epochs=${epochs}`).doc?.meaning.training).toEqual(training);
    }
  });
});

describe('settings', () => {
  test('only legal ones are remembered, and never an open dialog', () => {
    expect(
      legalSettings({
        theme: 'dark',
        locale: 'fr',
        drawerHeight: -1,
        leftOpen: 'yes',
        snapToGrid: true,
        toString: 1,
      }),
    ).toEqual({
      theme: 'dark',
      snapToGrid: true,
    });
    expect(legalSettings({ dialog: 'export' })).toEqual({});
    const { dialog: _closed, ...all } = DEFAULT_VIEW;
    expect(legalSettings(all)).toEqual(all);
  });

  test('the first language that the interface speaks', () => {
    expect(preferredLocale(['fr-FR', 'zh-Hant-TW', 'en'])).toBe('zh');
    expect(preferredLocale(['de'])).toBe('en');
    expect(preferredLocale([])).toBe('en');
  });

  test('an equal selection keeps its identity', () => {
    viewStore.getState().select([nodeId('a')]);
    const { selectedNodes, selectedEdges } = viewStore.getState();
    viewStore.getState().select([nodeId('a')]);
    expect(viewStore.getState().selectedNodes).toBe(selectedNodes);
    viewStore.getState().select([nodeId('b')]);
    expect([...viewStore.getState().selectedNodes]).toEqual(['b']);
    expect(viewStore.getState().selectedEdges).toBe(selectedEdges);
  });
});

test('copies are numbered without end', () => {
  expect(copyName('Net', [])).toBe('Net (2)');
  expect(copyName('Net (2)', ['Net', 'Net (2)'])).toBe('Net (3)');
});

describe('files', () => {
  const file = (name: string, text: string) => new File([text], name);

  test('a project opens; one without a name takes that of its file', async () => {
    const doc = digitsMlp.document();
    expect(await openFiles([file('a.weft.json', serialise(doc))])).toEqual({
      doc,
      weights: [],
      diagnostics: [],
      problems: [],
    });
    const nameless = await openFiles([file('mine.weft.json', serialise({ ...doc, name: '' }))]);
    expect(nameless.doc?.name).toBe('mine');
  });

  test('a tfjs model opens with its weights, or says which file is missing', async () => {
    const model = {
      modelTopology: {
        class_name: 'Sequential',
        config: {
          layers: [{ class_name: 'Dense', config: { units: 1, name: 'd', batch_input_shape: [null, 1] } }],
        },
      },
      weightsManifest: [
        { paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [1, 1], dtype: 'float32' }] },
      ],
    };
    const json = file('model.json', JSON.stringify(model));
    const missing = await openFiles([json]);
    expect(missing.doc?.name).toBe('model');
    expect(missing.problems.map(({ code }) => code)).toContain('weights-missing');
    expect(missing.weights).toEqual([]);
    const complete = await openFiles([file('w.bin', 'abcd'), json]);
    expect(complete.problems.map(({ code }) => code)).not.toContain('weights-missing');
    const [weight, ...others] = complete.weights;
    expect(others).toEqual([]);
    const [node, name] = weight!.name.split('/');
    expect(complete.doc?.meaning.nodes[node!]?.type).toBe('dense');
    expect([name, weight!.shape, weight!.values.length]).toEqual(['kernel', [1, 1], 1]);
  });

  test.each([
    [[file('photo.png', '')], 'nothing-to-open'],
    [[file('x.json', '{')], 'not-json'],
    [[file('x.json', '{}')], 'not-weft'],
    [[file('x.json', '{"format":"weft","version":99}')], 'newer-format'],
    [[], 'nothing-to-open'],
  ])('%# is refused with %s', async (files, code) => {
    expect(await openFiles(files)).toMatchObject({ doc: null, problems: [{ code, severity: 'error' }] });
  });
});
