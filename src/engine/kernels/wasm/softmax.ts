// AssemblyScript (not TypeScript): softmax of the rows of a matrix, and its gradient.
//
//   y = exp(x - max) / sum of exp(x - max)      dx = y (dy - sum of dy y)                 per row

import { max4, sum4 } from './across';
import { expNegative } from './exp-negative';

const F: usize = 4;

// @ts-ignore: decorator
@inline
function exp1(x: f32): f32 {
  return f32x4.extract_lane(expNegative(f32x4.splat(x)), 0);
}

export function softmaxRows(x: usize, out: usize, rows: i32, n: i32): void {
  const wide = <usize>(n & ~3) * F;
  const end = <usize>n * F;
  for (let r = 0; r < rows; r++, x += end, out += end) {
    let tops = f32x4.splat(-Infinity);
    let i: usize = 0;
    for (; i < wide; i += 16) tops = f32x4.pmax(v128.load(x + i), tops);
    let top = max4(tops);
    for (; i < end; i += F) top = max(top, load<f32>(x + i));
    const most = f32x4.splat(top);
    let sums = f32x4.splat(0);
    for (i = 0; i < wide; i += 16) {
      const e = expNegative(f32x4.sub(v128.load(x + i), most));
      v128.store(out + i, e);
      sums = f32x4.add(sums, e);
    }
    let total = sum4(sums);
    for (; i < end; i += F) {
      const e = exp1(load<f32>(x + i) - top);
      store<f32>(out + i, e);
      total += e;
    }
    const share = f32x4.splat(1 / total);
    for (i = 0; i < wide; i += 16) v128.store(out + i, f32x4.mul(v128.load(out + i), share));
    for (; i < end; i += F) store<f32>(out + i, load<f32>(out + i) * (1 / total));
  }
}

export function softmaxGradient(y: usize, dy: usize, dx: usize, rows: i32, n: i32): void {
  const wide = <usize>(n & ~3) * F;
  const end = <usize>n * F;
  for (let r = 0; r < rows; r++, y += end, dy += end, dx += end) {
    let sums = f32x4.splat(0);
    let i: usize = 0;
    for (; i < wide; i += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(y + i), v128.load(dy + i)));
    let total = sum4(sums);
    for (; i < end; i += F) total += load<f32>(y + i) * load<f32>(dy + i);
    const middle = f32x4.splat(total);
    for (i = 0; i < wide; i += 16) {
      v128.store(dx + i, f32x4.mul(v128.load(y + i), f32x4.sub(v128.load(dy + i), middle)));
    }
    for (; i < end; i += F) store<f32>(dx + i, load<f32>(y + i) * (load<f32>(dy + i) - total));
  }
}
