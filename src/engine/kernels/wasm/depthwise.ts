// AssemblyScript (not TypeScript): depthwise convolution, forward and its filter gradient, by the same lists of cells over a padded
// image as convolve.ts; the input gradient is a forward pass over dy. One filter per channel: a channel multiplier M comes in as an
// image whose channels have each been repeated M times.

import { fma } from './simd';

const F: usize = 4; // bytes of a float

/** to[pixel, c·M + m] = x[pixel, c] */
export function repeatChannels(x: usize, to: usize, count: i32, M: i32): void {
  for (const end = x + <usize>count * F; x < end; x += F) {
    const value = load<f32>(x);
    for (let m = 0; m < M; m++, to += F) store<f32>(to, value);
  }
}

/** to[pixel, c] = sum over m of x[pixel, c·M + m], for `count` sums. */
export function sumChannels(x: usize, to: usize, count: i32, M: i32): void {
  for (const end = to + <usize>count * F; to < end; to += F) {
    let sum: f32 = 0;
    for (let m = 0; m < M; m++, x += F) sum += load<f32>(x);
    store<f32>(to, sum);
  }
}

// @ts-ignore: decorator
@inline
function act(x: v128, relu: i32): v128 {
  // pmax(x, 0) is x < 0 ? 0 : x, so a NaN stays.
  return relu ? f32x4.pmax(x, f32x4.splat(0)) : x;
}

/**
 * out[y, x, c] = act(bias[c] + sum over cells t of image[window + cells[t], c] · filter[t, c]), for OH × OW windows. Steps in bytes.
 */
export function depthwise(
  image: usize, rowStep: usize, cellStep: usize, OH: i32, OW: i32, cells: usize, count: i32,
  filter: usize, C: i32, bias: usize, relu: i32, out: usize, outRow: usize, outCell: usize,
): void {
  const filterStep = <usize>C * F;
  const end = cells + <usize>count * 4;
  for (let y = 0; y < OH; y++, image += rowStep, out += outRow) {
    let c = 0;
    for (; c + 4 <= C; c += 4) {
      const at = <usize>c * F;
      const start = bias ? v128.load(bias + at) : f32x4.splat(0);
      let a = image + at;
      let to = out + at;
      let x = 0;
      for (; x + 4 <= OW; x += 4) {
        const a1 = a + cellStep, a2 = a1 + cellStep, a3 = a2 + cellStep;
        let s0 = start, s1 = start, s2 = start, s3 = start;
        let w = filter + at;
        for (let t = cells; t < end; t += 4, w += filterStep) {
          const shift = <usize>load<i32>(t);
          const w4 = v128.load(w);
          s0 = fma(s0, v128.load(a + shift), w4);
          s1 = fma(s1, v128.load(a1 + shift), w4);
          s2 = fma(s2, v128.load(a2 + shift), w4);
          s3 = fma(s3, v128.load(a3 + shift), w4);
        }
        v128.store(to, act(s0, relu)); to += outCell;
        v128.store(to, act(s1, relu)); to += outCell;
        v128.store(to, act(s2, relu)); to += outCell;
        v128.store(to, act(s3, relu)); to += outCell;
        a = a3 + cellStep;
      }
      for (; x < OW; x++, a += cellStep, to += outCell) {
        let s0 = start;
        let w = filter + at;
        for (let t = cells; t < end; t += 4, w += filterStep) s0 = fma(s0, v128.load(a + <usize>load<i32>(t)), v128.load(w));
        v128.store(to, act(s0, relu));
      }
    }
    for (; c < C; c++) {
      const at = <usize>c * F;
      const start: f32 = bias ? load<f32>(bias + at) : 0;
      let a = image + at;
      let to = out + at;
      for (let x = 0; x < OW; x++, a += cellStep, to += outCell) {
        let sum = start;
        let w = filter + at;
        for (let t = cells; t < end; t += 4, w += filterStep) sum += load<f32>(a + <usize>load<i32>(t)) * load<f32>(w);
        store<f32>(to, relu && sum < 0 ? 0 : sum);
      }
    }
  }
}

/** dW[t, c] += sum over the OH × OW windows of image[window + cells[t], c] · dy[window, c]. dy has no gaps between its windows. */
export function depthwiseFilterSums(
  image: usize, rowStep: usize, cellStep: usize, OH: i32, OW: i32, cells: usize, count: i32,
  dy: usize, C: i32, dW: usize,
): void {
  const dyStep = <usize>C * F;
  const rowGap = rowStep - <usize>OW * cellStep;
  for (let t = 0; t < count; t += 4) {
    const some = min(4, count - t);
    const list = cells + <usize>t * 4;
    const i0 = image + <usize>load<i32>(list);
    const i1 = some > 1 ? image + <usize>load<i32>(list, 4) : i0;
    const i2 = some > 2 ? image + <usize>load<i32>(list, 8) : i0;
    const i3 = some > 3 ? image + <usize>load<i32>(list, 12) : i0;
    const w = dW + <usize>t * dyStep;
    let c = 0;
    for (; c + 4 <= C; c += 4) {
      const at = <usize>c * F;
      let a0 = i0 + at, a1 = i1 + at, a2 = i2 + at, a3 = i3 + at;
      let b = dy + at;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let y = OH; y > 0; y--) {
        for (let x = OW; x > 0; x--) {
          const b4 = v128.load(b);
          s0 = fma(s0, v128.load(a0), b4);
          s1 = fma(s1, v128.load(a1), b4);
          s2 = fma(s2, v128.load(a2), b4);
          s3 = fma(s3, v128.load(a3), b4);
          a0 += cellStep; a1 += cellStep; a2 += cellStep; a3 += cellStep;
          b += dyStep;
        }
        a0 += rowGap; a1 += rowGap; a2 += rowGap; a3 += rowGap;
      }
      const w0 = w + at;
      v128.store(w0, f32x4.add(v128.load(w0), s0));
      if (some > 1) v128.store(w0 + dyStep, f32x4.add(v128.load(w0 + dyStep), s1));
      if (some > 2) v128.store(w0 + 2 * dyStep, f32x4.add(v128.load(w0 + 2 * dyStep), s2));
      if (some > 3) v128.store(w0 + 3 * dyStep, f32x4.add(v128.load(w0 + 3 * dyStep), s3));
    }
    for (; c < C; c++) {
      const at = <usize>c * F;
      for (let i = 0; i < some; i++) {
        let a = image + <usize>load<i32>(list + <usize>i * 4) + at;
        let b = dy + at;
        let sum: f32 = 0;
        for (let y = OH; y > 0; y--, a += rowGap) {
          for (let x = OW; x > 0; x--, a += cellStep, b += dyStep) sum += load<f32>(a) * load<f32>(b);
        }
        const to = w + <usize>i * dyStep + at;
        store<f32>(to, load<f32>(to) + sum);
      }
    }
  }
}
