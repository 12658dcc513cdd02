import type { Tfjs } from './kernel';

const tf = (await import('@tensorflow/tfjs')) as unknown as Tfjs;
const w = await import('@tensorflow/tfjs-backend-wasm');
const { registerWasmKernels, unregisterWasmKernels } = await import('./register');
w.setWasmPaths('/work/main/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
await tf.setBackend('wasm');
const N = 32 * 28 * 28,
  C = 16;
const x = tf.randomNormal([32, 28, 28, C]),
  y = tf.randomNormal([32, 28, 28, C]),
  c = tf.randomNormal([C]),
  s = tf.scalar(0.5),
  p = tf.abs(x),
  q = tf.randomNormal([32, 28, 28, 1]);
const x4 = tf.randomNormal([32 * 4 * 32, 32]);
const cases: Record<string, () => any> = {
  'add same': () => tf.add(x, y),
  'mul same': () => tf.mul(x, y),
  'sub same': () => tf.sub(x, y),
  'div same': () => tf.div(x, p),
  'add suffix': () => tf.add(x, c),
  'mul suffix': () => tf.mul(x, c),
  'mul scalar': () => tf.mul(x, s),
  'mul lastdim1': () => tf.mul(x, q),
  'sub lastdim1': () => tf.sub(x, q),
  'sum 012': () => tf.sum(x, [0, 1, 2]),
  'sum -1': () => tf.sum(x, -1),
  'sum all': () => tf.sum(x),
  'mean 012': () => tf.mean(x, [0, 1, 2]),
  'mean all': () => tf.mean(x),
  'mean hw': () => tf.mean(x, [1, 2]),
  exp: () => tf.exp(x),
  tanh: () => tf.tanh(x),
  sigmoid: () => tf.sigmoid(x),
  sqrt: () => tf.sqrt(p),
  square: () => tf.square(x),
  relu: () => tf.relu(x),
  step: () => tf.step(x),
  softmax: () => tf.softmax(x4),
  neg: () => tf.neg(x),
  log: () => tf.log(p),
  erf: () => tf.erf(x),
  rsqrt: () => tf.rsqrt(p),
  greater: () => tf.greater(x, s),
  where: () => tf.where(tf.cast(p, 'bool') as any, x, y),
  cast: () => tf.cast(tf.cast(x, 'bool'), 'float32'),
  onesLike: () => tf.onesLike(x),
  zeros: () => tf.zeros(x.shape),
  fill: () => tf.fill(x.shape, 2),
  maxpool: () => tf.maxPool(x as any, 2, 2, 'same'),
  avgpool: () => tf.avgPool(x as any, 2, 2, 'same'),
  batchnorm: () => tf.batchNorm4d(x as any, c as any, c.abs() as any, c as any, c as any),
  transpose: () => tf.transpose(x, [0, 2, 1, 3]),
  concat: () => tf.concat([x, y], 3),
  max1: () => tf.max(x, -1),
  pad: () =>
    tf.pad(x as any, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]),
  gather: () => tf.gather(x4, tf.range(0, 1024, 1, 'int32') as any),
  argmax: () => tf.argMax(x, -1),
  resize: () => tf.image.resizeBilinear(x as any, [56, 56]),
  elu: () => tf.elu(x),
  leaky: () => tf.leakyRelu(x),
  softplus: () => tf.softplus(x),
  prelu: () => tf.prelu(x, c as any),
  maximum: () => tf.maximum(x, s),
  sqdiff: () => tf.squaredDifference(x, c),
  reverse: () => tf.reverse(x, [1]),
  unstack: () => tf.unstack(x4.reshape([32, 4, 32, 32]), 2),
  stack: () => tf.stack([x, y]),
  avgpoolgrad: () => tf.grad((t: any) => tf.avgPool(t, 2, 2, 'same'))(x),
  gelu: () => tf.mul(x, tf.add(tf.erf(tf.mul(x, s)), 1)),
  randomUniform: () => tf.randomUniform(x.shape),
  dropout: () => tf.dropout(x, 0.5),
  cumsum: () => tf.cumsum(x4, 0),
};
const only = process.argv[2]?.split(',');
console.log('elements', N * C);
for (const [name, f] of Object.entries(cases)) {
  if (only && !only.some((o) => name.startsWith(o))) continue;
  const r: string[] = [];
  for (const mode of ['stock', 'native']) {
    unregisterWasmKernels(tf);
    if (mode !== 'stock') registerWasmKernels(tf);
    const g = () =>
      tf.tidy(() => {
        f();
      });
    try {
      for (let i = 0; i < 2; i++) g();
      let best = 1e9;
      for (let rep = 0; rep < 3; rep++) {
        const t = performance.now();
        let k = 0;
        while (performance.now() - t < 15) {
          g();
          k++;
        }
        best = Math.min(best, (performance.now() - t) / k);
      }
      r.push(mode + ' ' + best.toFixed(3));
    } catch (e) {
      r.push(mode + ' FAIL ' + (e as Error).message.slice(0, 60));
    }
  }
  console.log(name.padEnd(14), r.join('  '));
}
