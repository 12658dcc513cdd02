// AssemblyScript (not TypeScript): cross-entropies from logits, one loss per row, and their gradients. The gradients compute
// the probabilities again instead of keeping them: that costs less than writing and reading them.

import { exp4, log4, sigmoid4, softplus4 } from './elements';

const F: usize = 4;

// @ts-ignore: decorator
@inline
function largest(z: usize, n: i32): f32 {
  let most: f32 = -Infinity;
  let i = 0;
  if (n >= 4) {
    let m = v128.load(z);
    for (i = 4; i + 4 <= n; i += 4) m = f32x4.max(m, v128.load(z + <usize>i * F));
    most = max(
      max(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1)),
      max(f32x4.extract_lane(m, 2), f32x4.extract_lane(m, 3)),
    );
  }
  for (; i < n; i++) most = max(most, load<f32>(z + <usize>i * F)); // a NaN stays
  return most;
}

/** Sum of e^(z - most); with `to` not 0 the terms are written there. */
// @ts-ignore: decorator
@inline
function expSum(z: usize, n: i32, most: f32, to: usize): f32 {
  const by = f32x4.splat(most);
  let s = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const e = exp4(f32x4.sub(v128.load(z + <usize>i * F), by));
    if (to) v128.store(to + <usize>i * F, e);
    s = f32x4.add(s, e);
  }
  let sum = f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
  for (; i < n; i++) {
    const e = f32x4.extract_lane(exp4(f32x4.sub(v128.load32_splat(z + <usize>i * F), by)), 0);
    if (to) store<f32>(to + <usize>i * F, e);
    sum += e;
  }
  return sum;
}

/** out[r] = ln(sum over c of e^z[r, c]) - z[r, label[r]]; 0 for a label outside the classes, as of a one-hot row of zeros. */
export function softmaxCrossEntropy(z: usize, labels: usize, out: usize, rows: i32, classes: i32): void {
  for (let r = 0; r < rows; r++, z += <usize>classes * F, labels += 4, out += F) {
    const label = load<i32>(labels);
    const most = largest(z, classes);
    const sum = f32x4.extract_lane(log4(f32x4.splat(expSum(z, classes, most, 0))), 0);
    store<f32>(out, <u32>label < <u32>classes ? sum - (load<f32>(z + <usize>label * F) - most) : 0);
  }
}

/** dz[r, c] = dy[r] * (softmax(z[r])[c] - [c = label[r]]); 0 for a label outside the classes */
export function softmaxCrossEntropyGradient(
  dy: usize, z: usize, labels: usize, dz: usize, rows: i32, classes: i32,
): void {
  const row = <usize>classes * F;
  for (let r = 0; r < rows; r++, z += row, dz += row, labels += 4, dy += F) {
    const label = load<i32>(labels);
    const sum = expSum(z, classes, largest(z, classes), dz);
    const slope = <u32>label < <u32>classes ? load<f32>(dy) : 0;
    const scale = slope / sum;
    let i: usize = 0;
    for (; i + 16 <= row; i += 16) v128.store(dz + i, f32x4.mul(v128.load(dz + i), f32x4.splat(scale)));
    for (; i < row; i += F) store<f32>(dz + i, load<f32>(dz + i) * scale);
    if (<u32>label < <u32>classes) {
      const at = dz + <usize>label * F;
      store<f32>(at, load<f32>(at) - slope);
    }
  }
}

/** out = ln(1 + e^z) - y z */
export function sigmoidCrossEntropy(z: usize, y: usize, out: usize, n: i32): void {
  for (let i = 0; i < n; ) {
    const wide = i + 4 <= n;
    const x = wide ? v128.load(z) : v128.load32_splat(z);
    const t = wide ? v128.load(y) : v128.load32_splat(y);
    const loss = f32x4.sub(softplus4(x), f32x4.mul(x, t));
    if (wide) v128.store(out, loss);
    else v128.store32_lane(out, loss, 0);
    const step = wide ? 4 : 1;
    i += step;
    z += <usize>step * F; y += <usize>step * F; out += <usize>step * F;
  }
}

/** dz = dy * (sigmoid(z) - y) */
export function sigmoidCrossEntropyGradient(dy: usize, z: usize, y: usize, dz: usize, n: i32): void {
  for (let i = 0; i < n; ) {
    const wide = i + 4 <= n;
    const x = wide ? v128.load(z) : v128.load32_splat(z);
    const t = wide ? v128.load(y) : v128.load32_splat(y);
    const d = wide ? v128.load(dy) : v128.load32_splat(dy);
    const slope = f32x4.mul(d, f32x4.sub(sigmoid4(x), t));
    if (wide) v128.store(dz, slope);
    else v128.store32_lane(dz, slope, 0);
    const step = wide ? 4 : 1;
    i += step;
    z += <usize>step * F; y += <usize>step * F; dy += <usize>step * F; dz += <usize>step * F;
  }
}
