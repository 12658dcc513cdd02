/**
 * Copy this file to `<family>/<type>.ts`, fill it in, add one line to `index.ts`, run `npx vitest run src/nodes/battery.test.ts`.
 * Palette, inspector, search, documentation, exports and tests take the rest from here. This header then says in one sentence what
 * the node computes and which convention it follows where two exist.
 */

import { t } from '../graph/text';
import { defineLayer, ok, oneInput, oneOutput } from './define-node';
import { float } from './fields';

export default defineLayer({
  kind: 'layer',
  // Frozen once published: it is in saved files. Kebab-case, equal to the file's name.
  type: 'my-leaky-relu',
  // Raise it when `fields` change in a way that old configs do not fit, and add `migrations[<old version>]`.
  version: 1,
  family: 'core',
  title: t('My leaky ReLU', '我的带泄漏 ReLU'),
  summary: t('Lets a little of the negative values through.', '让负值的一小部分通过。'),
  // TeX, in the symbols of the fields.
  formula: String.raw`y = \max(x, \alpha x)`,
  references: [
    { title: 'Keras: LeakyReLU', url: 'https://keras.io/api/layers/activation_layers/leaky_relu/' },
  ],
  // Words that search should find the node by, in any language; the titles are found anyway.
  keywords: ['activation', '激活'],
  // Names and defaults as in Keras. `sample` narrows what the battery draws where the legal range is too wide to build.
  fields: {
    alpha: float(t('Slope', '斜率'), t('Slope for negative values.', '负值部分的斜率。'), 0.3, {
      min: 0,
      max: 1,
      step: 0.05,
    }),
  },
  // Flows and ranks that fit; the compiler checks them before `inferShapes` and offers adapters where they do not.
  inputs: oneInput(['vector', 'sequence', 'image', 'scores']),
  outputs: oneOutput,
  headline: (config) => `α ${config.alpha}`,
  // Never throws on what a user drew: `fail` with facts, and with proposals that would repair it.
  inferShapes: ({ inputs }) => ok({ output: inputs['input']![0]! }),
  // In the order of `layer.getWeights()`, under Keras's names.
  weights: () => [],
  // Of one forward pass for one sample.
  multiplyAdds: ({ outputs }) =>
    outputs['output']!.shape.reduce<number>(
      (product, dim) => product * (typeof dim === 'number' ? dim : 1),
      1,
    ),
  // Everything random takes `seed`. A layer that tfjs lacks is a factory in `<name>-layer.ts`, see `custom-layer.ts`.
  build: ({ tf, config, name }) => tf.layers.leakyReLU({ name, alpha: config.alpha }),
  // One rule per stable target; leaving one out does not compile.
  emit: { tfjs: { kind: 'native', className: 'LeakyReLU' } },
  migrations: {},
  // Used by tests, documentation and the preview in the inspector; together they should reach every branch above.
  examples: [
    {
      title: 'vector',
      config: {},
      inputs: { input: [{ shape: ['batch', 8], dtype: 'float32', flow: 'vector' }] },
    },
    {
      title: 'image',
      config: { alpha: 0.1 },
      inputs: { input: [{ shape: ['batch', 4, 3, 2], dtype: 'float32', flow: 'image' }] },
    },
  ],
});
