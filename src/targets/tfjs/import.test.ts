/** Import of models that tfjs itself wrote (and of what Keras writes): graph, settings, heads, losses, weights, and refusals. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../compile/index';
import type { GraphDoc } from '../../graph/document';
import { parseDocument } from '../../graph/parse';
import { serialise } from '../../graph/serialise';
import { importLayersModel } from './import';

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

const imported = (json: unknown, files: Parameters<typeof importLayersModel>[1] = []) => {
  const result = importLayersModel(json, files);
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result;
};
const topologyOf = (model: tf.LayersModel): unknown => model.toJSON(null, false);
const problemOf = (json: unknown) => {
  const result = importLayersModel(json);
  return result.ok ? null : { code: result.problem.code, ...result.problem.facts };
};
const wiresOf = (doc: GraphDoc): string[] =>
  Object.values(doc.meaning.edges)
    .sort((a, b) => a.order - b.order)
    .map(({ source, target }) => `${source.node}>${target.node}.${target.port}`)
    .sort();
const typesOf = (doc: GraphDoc): string[] => Object.values(doc.meaning.nodes).map((node) => node.type);
const codesOf = ({ diagnostics }: { diagnostics: readonly { code: string }[] }) =>
  diagnostics.map(({ code }) => code);
/** Ids of problems that the compiler has with the document before any data is bound. */
const errorsOf = (doc: GraphDoc) =>
  compile(doc, null).diagnostics.filter((each) => each.severity === 'error' && each.code !== 'no-dataset');
const apply = (layer: tf.layers.Layer, ...inputs: tf.SymbolicTensor[]) =>
  layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tf.SymbolicTensor;

function residual(): tf.LayersModel {
  const image = tf.input({ shape: [8, 8, 1], name: 'picture' });
  const first = apply(
    tf.layers.conv2d({
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: 'heNormal',
    }),
    image,
  );
  const second = apply(
    tf.layers.conv2d({
      filters: 4,
      kernelSize: [3, 1],
      strides: 1,
      padding: 'same',
      name: 'squeeze',
      trainable: false,
    }),
    first,
  );
  const sum = apply(tf.layers.add(), first, second);
  const normal = apply(tf.layers.batchNormalization({ axis: 3, momentum: 0.9 }), sum);
  const pooled = apply(tf.layers.globalAveragePooling2d({}), normal);
  return tf.model({
    inputs: image,
    outputs: apply(tf.layers.dense({ units: 3, activation: 'softmax' }), pooled),
  });
}

describe('a functional model', () => {
  test('keeps branches, settings, names and frozen layers, and gets a head for its softmax', () => {
    const result = imported(topologyOf(residual()));
    const { doc } = result;
    expect(result.diagnostics).toEqual([]);
    expect(wiresOf(doc)).toEqual(
      [
        'image-input>conv-2d.input',
        'conv-2d>conv-2d-2.input',
        'conv-2d>add.inputs',
        'conv-2d-2>add.inputs',
        'add>batch-normalization.input',
        'batch-normalization>global-average-pooling.input',
        'global-average-pooling>dense.input',
        'dense>classification-output.input',
      ].sort(),
    );
    const { nodes } = doc.meaning;
    expect(nodes['image-input']).toMatchObject({
      title: 'picture',
      config: { height: 8, width: 8, channels: 'grey' },
    });
    expect(nodes['conv-2d']).toMatchObject({
      title: '',
      config: {
        filters: 4,
        kernelSize: [3, 3],
        padding: 'same',
        activation: 'relu',
        kernelInitializer: 'heNormal',
      },
    });
    expect(nodes['conv-2d-2']).toMatchObject({
      title: 'squeeze',
      trainable: false,
      config: { kernelSize: [3, 1] },
    });
    expect(nodes['conv-2d']).not.toHaveProperty('trainable');
    expect(nodes['batch-normalization']!.config).toEqual({ momentum: 0.9, epsilon: 0.001 });
    // The softmax went from the layer into the head, whose logits it would otherwise squash twice.
    expect(nodes['dense']!.config).toMatchObject({ units: 3, activation: 'linear' });
    expect(nodes['classification-output']!.config).toMatchObject({ projection: false });
  });

  test('compiles, counts the same parameters as tfjs, lies from left to right and survives a save', () => {
    const model = residual();
    const { doc } = imported(topologyOf(model));
    expect(errorsOf(doc)).toEqual([]);
    expect(compile(doc, null).total.parameters).toBe(model.countParams());
    const { positions } = doc.layout;
    for (const { source, target } of Object.values(doc.meaning.edges)) {
      expect(positions[source.node]!.x).toBeLessThan(positions[target.node]!.x);
    }
    expect(parseDocument(serialise(doc))).toEqual({ ok: true, doc, diagnostics: [] });
  });

  test('keeps the order of a merge', () => {
    const input = tf.input({ shape: [4] });
    const [a, b] = [2, 3].map((units) => apply(tf.layers.dense({ units }), input));
    const model = tf.model({ inputs: input, outputs: apply(tf.layers.concatenate(), b!, a!) });
    const { doc } = imported(topologyOf(model));
    const merged = Object.values(doc.meaning.edges).filter((edge) => edge.target.port === 'inputs');
    const units = merged
      .sort((x, y) => x.order - y.order)
      .map((edge) => doc.meaning.nodes[edge.source.node]!.config['units']);
    expect(units).toEqual([3, 2]);
  });
});

describe('a sequential model', () => {
  test('of text: tokens, both directions, one probability', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 50, outputDim: 4, inputLength: 6, maskZero: true }),
        tf.layers.bidirectional({
          layer: tf.layers.lstm({ units: 3, recurrentActivation: 'sigmoid' }) as tf.RNN,
          mergeMode: 'concat',
        }),
        tf.layers.dropout({ rate: 0.2 }),
        tf.layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    const result = imported(topologyOf(model));
    expect(result.diagnostics).toEqual([]);
    const { nodes } = result.doc.meaning;
    expect(typesOf(result.doc)).toEqual([
      'tokens-input',
      'embedding',
      'lstm',
      'dropout',
      'dense',
      'binary-output',
    ]);
    expect(nodes['tokens-input']!.config).toMatchObject({ length: 6, vocabulary: 50 });
    expect(nodes['embedding']!.config).toEqual({ vocabulary: 50, dimension: 4, maskZero: true });
    expect(nodes['lstm']!.config).toMatchObject({
      units: 3,
      bidirectional: true,
      mergeMode: 'concat',
      returnSequences: false,
    });
    expect(errorsOf(result.doc)).toEqual([]);
    expect(compile(result.doc, null).total.parameters).toBe(model.countParams());
  });

  test('tags every step when steps come out', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.gru({
          units: 3,
          returnSequences: true,
          recurrentActivation: 'sigmoid',
          inputShape: [5, 2],
        }),
        tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 4, activation: 'softmax' }) }),
      ],
    });
    const result = imported(topologyOf(model));
    expect(typesOf(result.doc)).toEqual(['sequence-input', 'gru', 'dense', 'tagging-output']);
    expect(result.doc.meaning.nodes['sequence-input']!.config).toMatchObject({ window: 5 });
    expect(result.diagnostics).toEqual([
      { code: 'input-size', severity: 'warning', facts: { layer: expect.any(String), shape: '5×2' } },
    ]);
  });

  test('every layer that has a counterpart is read without loss', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [32, 32, 3], strides: [1, 2] }),
        tf.layers.separableConv2d({
          filters: 4,
          kernelSize: 3,
          padding: 'same',
          activation: 'elu',
        }),
        tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2 }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.averagePooling2d({ poolSize: [2, 2], strides: [1, 1], padding: 'same' }),
        tf.layers.reLU({ maxValue: 6 }),
        tf.layers.layerNormalization({ epsilon: 1e-4 }),
        tf.layers.flatten(),
        tf.layers.reshape({ targetShape: [6, 4 * 7] }),
        tf.layers.conv1d({ filters: 6, kernelSize: 3, padding: 'same' }),
        tf.layers.maxPooling1d({ poolSize: 2 }),
        tf.layers.simpleRNN({ units: 3, returnSequences: true, activation: 'relu' }),
        tf.layers.globalMaxPooling1d(),
        tf.layers.dense({ units: 2, useBias: false, activation: 'selu' }),
        tf.layers.softmax(),
      ],
    });
    const result = imported(topologyOf(model));
    expect(result.diagnostics).toEqual([]);
    expect(result.doc.meaning.nodes['activation']!.config).toEqual({ activation: 'relu6' });
    expect(result.doc.meaning.nodes['max-pooling-2d']!.config).toMatchObject({
      poolSize: [2, 2],
      strides: [2, 2],
    });
    expect(errorsOf(result.doc)).toEqual([]);
    expect(compile(result.doc, null).total.parameters).toBe(model.countParams());
    // The softmax layer became part of the head.
    expect(typesOf(result.doc).slice(-2)).toEqual(['dense', 'classification-output']);
  });
});

describe('nested models', () => {
  test('are unfolded, and their weights found', () => {
    const inner = tf.sequential({
      name: 'features',
      layers: [tf.layers.dense({ units: 3, inputShape: [2], name: 'deep' })],
    });
    const input = tf.input({ shape: [2] });
    const model = tf.model({
      inputs: input,
      outputs: apply(tf.layers.dense({ units: 1, name: 'top' }), apply(inner, input)),
    });
    const { doc } = imported(topologyOf(model));
    expect(wiresOf(doc)).toEqual([
      'dense-2>regression-output.input',
      'dense>dense-2.input',
      'numbers-input>dense.input',
    ]);
    expect(doc.meaning.nodes['dense']!.title).toBe('features/deep');
  });

  test('at the head of a Sequential bring their own input', () => {
    const model = tf.sequential({
      layers: [residual(), tf.layers.dense({ units: 2, activation: 'softmax' })],
    });
    const { doc } = imported(topologyOf(model));
    expect(errorsOf(doc)).toEqual([]);
    expect(typesOf(doc)).toContain('image-input');
    expect(compile(doc, null).total.parameters).toBe(model.countParams());
  });

  test('a layer used twice becomes two nodes, with a warning', () => {
    const shared = tf.layers.dense({ units: 3, name: 'twin' });
    const [a, b] = [tf.input({ shape: [2] }), tf.input({ shape: [2] })];
    const model = tf.model({
      inputs: [a, b],
      outputs: apply(tf.layers.add(), apply(shared, a), apply(shared, b)),
    });
    const result = imported(topologyOf(model));
    expect(typesOf(result.doc).filter((type) => type === 'dense')).toHaveLength(2);
    expect(result.diagnostics.find(({ code }) => code === 'shared-layer')!.facts).toEqual({
      layer: 'twin',
      uses: 2,
    });
    expect(wiresOf(result.doc)).toEqual([
      'dense-2>add.inputs',
      'dense>add.inputs',
      'numbers-input-2>dense-2.input',
      'numbers-input>dense.input',
    ]);
  });
});

describe('what Weft does not have', () => {
  const model = () =>
    tf.sequential({
      layers: [
        tf.layers.zeroPadding2d({
          padding: [
            [1, 1],
            [2, 2],
          ],
          inputShape: [6, 6, 3],
          name: 'pad',
        }),
        tf.layers.conv2d({ filters: 2, kernelSize: 3 }),
        tf.layers.leakyReLU({ alpha: 0.2, name: 'leak' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });

  test('stays as an opaque node with its config and its wires, and blocks training', () => {
    const result = imported(topologyOf(model()));
    expect(result.diagnostics.map(({ code, facts }) => [code, facts])).toEqual([
      ['unknown-layer', { layer: 'pad', className: 'ZeroPadding2D' }],
      ['unknown-layer', { layer: 'leak', className: 'LeakyReLU' }],
    ]);
    const { nodes } = result.doc.meaning;
    expect(nodes['ZeroPadding2D']).toMatchObject({
      type: 'keras:ZeroPadding2D',
      title: 'pad',
      config: {
        padding: [
          [1, 1],
          [2, 2],
        ],
      },
    });
    expect(wiresOf(result.doc)).toContain('image-input>ZeroPadding2D.input');
    expect(wiresOf(result.doc)).toContain('LeakyReLU>flatten.input');
    const compiled = compile(result.doc, null);
    expect(compiled.plan).toBeNull();
    expect(compiled.diagnostics.filter((each) => each.code === 'unknown-node-type')).toHaveLength(2);
  });

  test.each([
    [
      'a regularizer only costs a warning',
      () =>
        tf.layers.dense({ units: 2, inputShape: [3], kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }) }),
      'unsupported-setting',
      'kernel_regularizer',
      'dense',
    ],
    [
      'so does an initializer',
      () => tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer: 'truncatedNormal' }),
      'unsupported-setting',
      'kernel_initializer',
      'dense',
    ],
    [
      'hard gates compute something else',
      () => tf.layers.lstm({ units: 2, inputShape: [4, 3] }),
      'opaque-setting',
      'recurrent_activation',
      'keras:LSTM',
    ],
    [
      'so do swapped channels',
      () =>
        tf.layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [3, 4, 4], dataFormat: 'channelsFirst' }),
      'opaque-setting',
      'data_format',
      'keras:Conv2D',
    ],
    [
      'and normalisation over another axis',
      () => tf.layers.batchNormalization({ axis: 1, inputShape: [4, 4, 3] }),
      'opaque-setting',
      'axis',
      'keras:BatchNormalization',
    ],
    [
      'and a value out of our range',
      () => tf.layers.dropout({ rate: 0.99, inputShape: [3] }),
      'opaque-setting',
      'rate',
      'keras:Dropout',
    ],
  ] as const)('%s', (_title, layer, code, key, type) => {
    const result = imported(topologyOf(tf.sequential({ layers: [layer()] })));
    const loss = result.diagnostics.find((each) => each.code === code);
    expect(loss?.facts).toMatchObject({ key, layer: expect.any(String) });
    expect(typesOf(result.doc)).toContain(type);
  });

  test('an activation that is missing becomes a node of its own', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [3], activation: 'hardSigmoid', name: 'hard' })],
    });
    const { doc } = imported(topologyOf(model));
    expect(wiresOf(doc)).toEqual(['dense>Activation.input', 'numbers-input>dense.input']);
    expect(doc.meaning.nodes['dense']!.config).toMatchObject({ activation: 'linear' });
    expect(doc.meaning.nodes['Activation']).toMatchObject({
      type: 'keras:Activation',
      config: { activation: 'hard_sigmoid' },
    });
  });
});

describe('other ways to write it', () => {
  const dense = (units: number, more: object = {}) => ({
    class_name: 'Dense',
    config: { name: `d${units}`, units, activation: 'relu', use_bias: true, ...more },
  });
  const sequential = {
    class_name: 'Sequential',
    config: [dense(2, { batch_input_shape: [null, 3] }), dense(4)],
  };

  test.each([
    ['text', JSON.stringify(sequential)],
    ['the layers as the whole config', sequential],
    ['under modelTopology', { format: 'layers-model', modelTopology: sequential, weightsManifest: [] }],
    ['under model_config', { modelTopology: { keras_version: '2', model_config: sequential } }],
  ])('%s', (_title, json) => {
    expect(wiresOf(imported(json).doc)).toEqual(['dense>dense-2.input', 'numbers-input>dense.input']);
  });

  test('Keras 3: batch_shape, dtype policies, calls with keyword arguments', () => {
    const tensor = (name: string) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 3], dtype: 'float32', keras_history: [name, 0, 0] },
    });
    const policy = {
      module: 'keras',
      class_name: 'DTypePolicy',
      config: { name: 'float32' },
      registered_name: null,
    };
    const layer = (className: string, name: string, config: object, ...inputs: string[]) => ({
      module: 'keras.layers',
      class_name: className,
      name,
      registered_name: null,
      build_config: {},
      config: { name, trainable: true, dtype: policy, ...config },
      inbound_nodes:
        inputs.length === 0
          ? []
          : [{ args: inputs.length > 1 ? [inputs.map(tensor)] : [tensor(inputs[0]!)], kwargs: {} }],
    });
    const { doc, diagnostics } = imported({
      module: 'keras.src.models.functional',
      class_name: 'Functional',
      config: {
        name: 'mine',
        layers: [
          layer('InputLayer', 'in', { batch_shape: [null, 3], sparse: false, ragged: false }),
          layer(
            'Dense',
            'a',
            {
              units: 3,
              activation: 'silu',
              use_bias: true,
              kernel_initializer: {
                module: 'keras.initializers',
                class_name: 'GlorotUniform',
                config: { seed: null },
              },
              quantization_config: null,
            },
            'in',
          ),
          layer('Add', 'sum', {}, 'in', 'a'),
        ],
        input_layers: ['in', 0, 0],
        output_layers: ['sum', 0, 0],
      },
    });
    expect(doc.name).toBe('mine');
    expect(doc.meaning.nodes['dense']!.config).toMatchObject({
      activation: 'swish',
      kernelInitializer: 'glorotUniform',
    });
    expect(wiresOf(doc)).toEqual([
      'dense>add.inputs',
      'numbers-input>add.inputs',
      'numbers-input>dense.input',
    ]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['input-size']);
  });
});

describe('refused with facts', () => {
  const layer = (name: string, input: string) => ({
    class_name: 'Dense',
    name,
    config: { units: 1 },
    inbound_nodes: [[[input, 0, 0, {}]]],
  });
  const functional = (layers: object[]) => ({
    class_name: 'Model',
    config: { layers, input_layers: [['a', 0, 0]], output_layers: [['a', 0, 0]] },
  });
  test.each([
    ['{ "modelTopology": ', { code: 'not-json', line: 1 }],
    [{ hello: 1 }, { code: 'not-weft' }],
    [7, { code: 'not-weft' }],
    [{ format: 'graph-model', modelTopology: {} }, { code: 'graph-model' }],
    [{ modelTopology: { node: [], library: {} } }, { code: 'graph-model' }],
    [{ format: 'layers-model', weightsManifest: [] }, { code: 'no-topology' }],
    [
      { class_name: 'Sequential', config: { layers: [] } },
      { code: 'broken-topology', layer: 'model', expected: 'layers' },
    ],
    [
      { class_name: 'Sequential', config: { layers: [{ name: 'x' }] } },
      { code: 'broken-topology', layer: 'model[0]', expected: 'class_name' },
    ],
    [
      { class_name: 'Dense', config: {} },
      { code: 'broken-topology', layer: 'model', expected: 'Sequential, Functional' },
    ],
    [functional([layer('a', 'ghost')]), { code: 'broken-topology', layer: 'a', expected: 'ghost' }],
    [
      functional([layer('a', 'b'), layer('b', 'a')]),
      { code: 'broken-topology', layer: 'b', expected: 'a layer outside of a circle' },
    ],
  ])('%j', (json, facts) => {
    expect(problemOf(json)).toEqual(facts);
  });

  test('cut anywhere or with any part replaced, it never throws', () => {
    const text = JSON.stringify(topologyOf(residual()));
    for (let at = 0; at < text.length; at += 97) {
      importLayersModel(text.slice(0, at));
      for (const bad of ['null', '[]', '{}', '7', '"x"']) {
        importLayersModel(
          text.slice(0, at) + text.slice(at).replace(/("[^"]*"|\d+|\[\]|\{\})(?=[,\]}])/, bad),
        );
      }
    }
  });
});

describe('weights', () => {
  async function saved(model: tf.LayersModel) {
    let artifacts: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (all) => {
        artifacts = all;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const bytes = tf.io.CompositeArrayBuffer.join(artifacts!.weightData);
    const cut = bytes.byteLength - 5;
    return {
      json: {
        modelTopology: artifacts!.modelTopology,
        weightsManifest: [{ paths: ['shards/a.bin', 'shards/b.bin'], weights: artifacts!.weightSpecs }],
      },
      files: [
        { name: 'b.bin', data: bytes.slice(cut) },
        { name: 'a.bin', data: bytes.slice(0, cut) },
      ],
    };
  }

  test('come under the ids of their nodes, shards joined in the order of the manifest', async () => {
    const model = residual();
    const { json, files } = await saved(model);
    const { weights, diagnostics } = imported(json, files);
    expect(diagnostics).toEqual([]);
    expect(weights.map(({ name }) => name)).toContain('conv-2d-2/kernel');
    expect(weights).toHaveLength(model.weights.length);
    const kernel = model.getLayer('squeeze').getWeights()[0]!;
    const read = weights.find(({ name }) => name === 'conv-2d-2/kernel')!;
    expect(read.shape).toEqual(kernel.shape);
    expect([...read.values]).toEqual([...kernel.dataSync()]);
  });

  test('of a recurrent layer that Keras wrote: the name of the cell is left out', async () => {
    const model = tf.sequential({
      layers: [tf.layers.lstm({ units: 2, inputShape: [3, 1], name: 'memory' })],
    });
    const { json, files } = await saved(model);
    const [group] = json.weightsManifest;
    const specs = group!.weights!.map((spec) => ({
      ...spec,
      name: spec.name.replace('memory/', 'memory/lstm_cell_4/'),
    }));
    expect(specs.map(({ name }) => name)).toContain('memory/lstm_cell_4/kernel');
    const { weights } = imported({ ...json, weightsManifest: [{ ...group!, weights: specs }] }, files);
    expect(weights.map(({ name }) => name)).toEqual(['LSTM/kernel', 'LSTM/recurrent_kernel', 'LSTM/bias']);
  });

  test('missing, cut or of unknown type cost a warning, not the model', async () => {
    const { json, files } = await saved(residual());
    expect(codesOf(imported(json, files.slice(1)))).toEqual(['weights-missing']);
    expect(codesOf(imported(json, [{ name: 'b.bin', data: new ArrayBuffer(1) }, files[1]!]))).toEqual([
      'weights-size',
    ]);
    const [group] = json.weightsManifest;
    const odd = {
      ...json,
      weightsManifest: [{ ...group!, weights: [{ ...group!.weights![0]!, dtype: 'string' }] }],
    };
    expect(codesOf(imported(odd, files))).toEqual(['weights-type']);
  });

  test('quantised weights are read as tfjs reads them', async () => {
    const specs = [
      {
        name: 'd/kernel',
        shape: [2, 1],
        dtype: 'float32',
        quantization: { dtype: 'uint8', scale: 0.5, min: -3 },
      },
      { name: 'd/bias', shape: [1], dtype: 'float32', quantization: { dtype: 'float16' } },
    ] as tf.io.WeightsManifestEntry[];
    // 4 and 9; then 0xC580 = −5.5 in binary16, low byte first.
    const data = Uint8Array.from([4, 9, 0x80, 0xc5]).buffer;
    const expected = tf.io.decodeWeights(data, specs);
    const json = {
      modelTopology: {
        class_name: 'Sequential',
        config: {
          layers: [{ class_name: 'Dense', config: { name: 'd', units: 1, batch_input_shape: [null, 2] } }],
        },
      },
      weightsManifest: [{ paths: ['w'], weights: specs }],
    };
    const { weights } = imported(json, [{ name: 'w', data }]);
    expect(weights.map(({ values }) => [...values])).toEqual([
      [...expected['d/kernel']!.dataSync()],
      [...expected['d/bias']!.dataSync()],
    ]);
    expect([...weights[1]!.values]).toEqual([-5.5]);
  });
});
