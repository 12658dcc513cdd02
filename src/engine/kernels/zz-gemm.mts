import type { Tfjs } from './kernel';

const tf = (await import('@tensorflow/tfjs')) as unknown as Tfjs;
const w = await import('@tensorflow/tfjs-backend-wasm');
const { registerWasmKernels, unregisterWasmKernels } = await import('./register');
w.setWasmPaths('/work/main/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
await tf.setBackend('wasm');
for (const [m, k, n, ta, tb] of [
  [512, 512, 512, 0, 0],
  [512, 512, 512, 1, 0],
  [512, 512, 512, 0, 1],
  [32, 784, 128, 0, 0],
  [784, 32, 128, 1, 0],
  [32, 10, 128, 0, 1],
  [1568, 64, 128, 0, 0],
  [6272, 144, 32, 0, 0],
  [144, 6272, 32, 1, 0],
  [6272, 32, 144, 0, 1],
  [32, 32, 16, 0, 1],
  [64, 1024, 64, 1, 0],
  [32, 64, 256, 0, 0],
  [1024, 64, 500, 0, 0],
  [25088, 9, 16, 0, 0],
  [9, 25088, 16, 1, 0],
] as const) {
  const a = tf.randomNormal(ta ? [k, m] : [m, k]),
    b = tf.randomNormal(tb ? [n, k] : [k, n]);
  const r: string[] = [];
  for (const mode of ['stock', 'js', 'native']) {
    unregisterWasmKernels(tf);
    if (mode !== 'stock') registerWasmKernels(tf, { native: mode === 'native' });
    const f = () =>
      tf.dispose(
        tf.engine().runKernel('BatchMatMul', { a, b }, { transposeA: !!ta, transposeB: !!tb }) as any,
      );
    for (let i = 0; i < 3; i++) f();
    let best = 1e9;
    for (let rep = 0; rep < 5; rep++) {
      const t = performance.now();
      let c = 0;
      while (performance.now() - t < 30) {
        f();
        c++;
      }
      best = Math.min(best, (performance.now() - t) / c);
    }
    r.push(mode + ' ' + ((2 * m * n * k) / best / 1e6).toFixed(1));
  }
  console.log(m, k, n, ta ? 'tA' : '', tb ? 'tB' : '', r.join('  '));
}
