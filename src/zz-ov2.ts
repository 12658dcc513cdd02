/** Our loop against a bare tfjs loop that does the same steps: data, forward, loss, gradients, update. Interleaved rounds; medians. */
import { chooseBackend } from '/work/main/src/engine/backend';
import { buildModel } from '/work/main/src/engine/build-model';
import { run } from '/work/main/src/engine/run';
import { RunControl } from '/work/main/src/engine/run-control';
import { denseConfig, planHead, planNode, trainingPlan, vectorFact, densePlan, XOR, xorData } from '/work/main/src/engine/testing';
import { nodeBackendEnv, tf } from '/work/main/src/engine/tf-node';
import { createRandom, epochOrder } from '/work/main/src/data/random';
import { lossType, optimizerType } from '/work/main/src/nodes/training-index';
import { nodeId } from '/work/main/src/graph/document';
import { PLAN_VERSION } from '/work/main/src/compile/plan';

const CLASSES = { kind: 'class', column: 'y', classes: Array.from({ length: 10 }, (_, i) => String(i)) } as const;
const mlp = () => {
  const f = (n: number) => vectorFact(n);
  return { version: PLAN_VERSION, inputs: [{ id: 'x', source: nodeId('x'), name: 'x', fact: f(784), feature: null }],
    nodes: [planNode('hidden', 'dense', denseConfig(128, 'relu'), 'x', f(784), f(128)), planNode('logits', 'dense', denseConfig(10, 'linear'), 'hidden', f(128), f(10))],
    heads: [planHead({ logits: { node: 'logits', port: 'output' }, target: CLASSES })] } as any;
};
const dense784 = (rows: number) => {
  const r = createRandom(1); const x = Float32Array.from({ length: rows * 784 }, () => r()); const y = Int32Array.from({ length: rows }, () => Math.floor(r() * 10));
  return { spec: { seed: 7 }, fitted: { features: [], targets: [{ kind: 'class' }] }, rows: { train: Int32Array.from({ length: rows }, (_, i) => i), validation: new Int32Array(), test: new Int32Array() },
    batch(rs: ArrayLike<number>) { const xs = new Float32Array(rs.length * 784); const ys = new Int32Array(rs.length);
      for (let i = 0; i < rs.length; i++) { xs.set(x.subarray(rs[i]! * 784, rs[i]! * 784 + 784), i * 784); ys[i] = y[rs[i]!]!; }
      return { inputs: [{ shape: [rs.length, 784], values: xs }], targets: [{ shape: [rs.length], values: ys }] }; } } as any;
};
const now = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1000; };
async function ours(plan: any, data: any, training: any): Promise<number> {
  const model = buildModel(tf, plan, 7);
  let steps = 0; let t0 = 0;
  for await (const e of run({ tf, model, training, data, control: new RunControl(), backend: { name: 'x', threads: 1 } })) {
    if (e.kind === 'step') { steps++; if (steps === 20) t0 = now(); }
  }
  const ms = now() - t0; model.dispose(); return ms / (steps - 20);
}
async function bare(plan: any, data: any, training: any, same: boolean): Promise<number> {
  const model = buildModel(tf, plan, 7);
  const opt = optimizerType('adam')!.build(tf, training.phases[0].optimizer.config as never);
  const loss = lossType(plan.heads[0].loss)!;
  const vars = model.trainableVariables();
  let steps = 0; let t0 = 0; let logits: any; let last = performance.now();
  const n = data.rows.train.length; const B = training.batchSize;
  for (let e = 1; e <= training.phases[0].epochs; e++) {
    const order = epochOrder(data.rows.train, 7, e);
    for (let at = 0; at < n; at += B) {
      const rows = order.subarray(at, at + B);
      const b = data.batch(rows);
      tf.tidy(() => {
        const x = tf.tensor(b.inputs[0].values, b.inputs[0].shape, 'float32'); const y = tf.tensor(b.targets[0].values, b.targets[0].shape, 'int32');
        const { value, grads } = tf.variableGrads(() => { const z = model.trainModel.apply(x, { training: true }) as any;  return tf.mean(loss.compute(tf, z, y, null)) as any; }, vars);
        opt.applyGradients(vars.map((v) => ({ name: v.name, tensor: grads[v.name]! })));
        value.dataSync();
      });
      if (same && performance.now() - last > 8) { await new Promise<void>((r) => setImmediate(r)); last = performance.now(); }
      if (++steps === 20) t0 = now();
    }
  }
  const ms = now() - t0; model.dispose(); opt.dispose(); return ms / (steps - 20);
}
const median = (v: number[]) => [...v].sort((a, b) => a - b)[v.length >> 1]!;

await chooseBackend(tf, 'wasm', nodeBackendEnv);
const noVal = (d: any, n: number) => ({ ...d, rows: { train: Int32Array.from({ length: n }, (_, i) => i), validation: new Int32Array(), test: new Int32Array() } });
const cases: [string, any, any, any][] = [
    ['mlp b128', mlp(), dense784(6400), trainingPlan({ epochs: 2, batchSize: 128 })],
  //['xor b16', densePlan(2, 8, 2, XOR), noVal(xorData(1600), 1600), trainingPlan({ epochs: 2, batchSize: 16 })],
];
for (const [name, plan, data, training] of cases) {
  const a: number[] = [], b: number[] = [], c: number[] = [], r1: number[] = [], r2: number[] = [];
  for (let i = 0; i < 15; i++) {
    const order = [0, 1, 2]; for (let k = 0; k < i % 3; k++) order.push(order.shift()!);
    const v = [0, 0, 0];
    for (const o of order) v[o] = o === 0 ? await ours(plan, data, training) : await bare(plan, data, training, o === 2);
    a.push(v[0]!); b.push(v[1]!); c.push(v[2]!); r1.push(v[0]! / v[1]!); r2.push(v[0]! / v[2]!);
  }
  console.log(name, 'ours', median(a).toFixed(3), 'bare', median(b).toFixed(3), 'same', median(c).toFixed(3), 'paired ratio to bare', median(r1).toFixed(3), 'to same', median(r2).toFixed(3), 'min ratios', (Math.min(...a) / Math.min(...b)).toFixed(3), (Math.min(...a) / Math.min(...c)).toFixed(3));
}
