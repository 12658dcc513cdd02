import type { Tfjs } from './kernel';

const tf = (await import('@tensorflow/tfjs')) as unknown as Tfjs;
const w = await import('@tensorflow/tfjs-backend-wasm');
const { registerWasmKernels } = await import('./register');
w.setWasmPaths('/work/main/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
await tf.setBackend('wasm');
const mode = process.argv[2] ?? 'native';
const which = (process.argv[3] ?? 'mlp,cnn,cnnbn,lstm,transformer').split(',');
if (mode !== 'stock')
  console.log(mode, JSON.stringify(registerWasmKernels(tf, { native: mode === 'native' }).native));
const L = tf.layers;
const B = 32;
const models: Record<string, () => { m: any; x: any; y: any }> = {
  mlp: () => ({
    m: tf.sequential({
      layers: [
        L.dense({ units: 128, activation: 'relu', inputShape: [784] }),
        L.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
    x: tf.randomNormal([B, 784]),
    y: tf.oneHot(tf.range(0, B, 1, 'int32').mod(tf.scalar(10, 'int32')).toInt(), 10),
  }),
  cnn: () => ({
    m: tf.sequential({
      layers: [
        L.conv2d({
          filters: 16,
          kernelSize: 3,
          padding: 'same',
          activation: 'relu',
          inputShape: [28, 28, 1],
        }),
        L.maxPooling2d({ poolSize: 2 }),
        L.conv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }),
        L.maxPooling2d({ poolSize: 2 }),
        L.flatten(),
        L.dense({ units: 64, activation: 'relu' }),
        L.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
    x: tf.randomNormal([B, 28, 28, 1]),
    y: tf.oneHot(tf.range(0, B, 1, 'int32').mod(tf.scalar(10, 'int32')).toInt(), 10),
  }),
  cnnbn: () => ({
    m: tf.sequential({
      layers: [
        L.conv2d({ filters: 16, kernelSize: 3, padding: 'same', inputShape: [28, 28, 1], useBias: false }),
        L.batchNormalization(),
        L.activation({ activation: 'relu' }),
        L.maxPooling2d({ poolSize: 2 }),
        L.separableConv2d({
          filters: 32,
          kernelSize: 3,
          padding: 'same',
          depthwiseInitializer: 'glorotNormal',
          pointwiseInitializer: 'glorotNormal',
        }),
        L.batchNormalization(),
        L.activation({ activation: 'relu' }),
        L.globalAveragePooling2d({} as any),
        L.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
    x: tf.randomNormal([B, 28, 28, 1]),
    y: tf.oneHot(tf.range(0, B, 1, 'int32').mod(tf.scalar(10, 'int32')).toInt(), 10),
  }),
  lstm: () => ({
    m: tf.sequential({
      layers: [
        L.embedding({ inputDim: 1000, outputDim: 32, inputLength: 40 }),
        L.lstm({ units: 64, recurrentInitializer: 'glorotNormal' }),
        L.dense({ units: 10, activation: 'softmax' }),
      ],
    }),
    x: tf.randomUniform([B, 40], 0, 1000, 'int32'),
    y: tf.oneHot(tf.range(0, B, 1, 'int32').mod(tf.scalar(10, 'int32')).toInt(), 10),
  }),
};
async function attention() {
  const d = 64,
    h = 4,
    T = 32,
    V = 500;
  const mk = (s: number[]) => tf.variable(tf.randomNormal(s, 0, 0.05));
  const E = mk([V, d]),
    Wq = mk([d, 3 * d]),
    Wo = mk([d, d]),
    W1 = mk([d, 4 * d]),
    W2 = mk([4 * d, d]),
    Wc = mk([d, V]);
  const ids = tf.randomUniform([B * T], 0, V, 'int32') as any;
  const y = tf.oneHot(ids, V).toFloat();
  const opt =
    mode === 'native'
      ? (await import('./register')).accelerateAdam(tf, tf.train.adam(1e-3))
      : tf.train.adam(1e-3);
  return () =>
    opt.minimize(() => {
      const x = tf.gather(E, ids);
      const qkv = tf.matMul(x, Wq as any).reshape([B, T, 3, h, d / h]);
      const [q, k, v] = tf.split(qkv, 3, 2).map((t) => t.reshape([B, T, h, d / h]).transpose([0, 2, 1, 3]));
      const p = tf.softmax(tf.matMul(q!, k!, false, true).mul(0.25));
      const o = tf
        .matMul(p, v!)
        .transpose([0, 2, 1, 3])
        .reshape([B * T, d])
        .matMul(Wo as any)
        .add(x);
      const f = o
        .matMul(W1 as any)
        .relu()
        .matMul(W2 as any)
        .add(o);
      return tf.losses.softmaxCrossEntropy(y, f.matMul(Wc as any)) as any;
    });
}
for (const name of which) {
  let step: () => void;
  if (name === 'transformer') {
    const s = await attention();
    step = () => {
      tf.tidy(() => {
        s();
      });
    };
  } else {
    const { m, x, y } = models[name]!();
    if (process.argv[4]) console.log(name, m.countParams());
    const opt =
      mode === 'native'
        ? (await import('./register')).accelerateAdam(tf, tf.train.adam(1e-3))
        : tf.train.adam(1e-3);
    step = () =>
      tf.tidy(() => {
        opt.minimize(
          () => tf.metrics.categoricalCrossentropy(y, m.apply(x, { training: true }) as any).mean() as any,
        );
      });
  }
  try {
    for (let i = 0; i < 4; i++) step();
    const t = performance.now();
    let n = 0;
    while (performance.now() - t < 2000) {
      step();
      n++;
    }
    console.log(
      name,
      Math.round((n * B * 1000) / (performance.now() - t)),
      'samples/s',
      ((performance.now() - t) / n).toFixed(2),
      'ms',
      tf.memory().numTensors,
    );
    if (process.argv[4] === 'p') {
      const acc: Record<string, [number, number]> = {};
      for (let i = 0; i < 5; i++) {
        const prof = await tf.profile(() => {
          step();
          return tf.scalar(0);
        });
        for (const k of prof.kernels) {
          const a = (acc[k.name] ??= [0, 0]);
          a[0] += ((await k.kernelTimeMs) as number) / 5;
          a[1] += 0.2;
        }
      }
      console.log(
        Object.entries(acc)
          .sort((a, b) => b[1][0] - a[1][0])
          .slice(0, 12)
          .map(([k, v]) => `${k} ${v[0].toFixed(2)}ms/${v[1].toFixed(0)}`)
          .join(', '),
      );
    }
  } catch (e) {
    console.log(name, 'FAIL', (e as Error).message.slice(0, 150));
  }
}
