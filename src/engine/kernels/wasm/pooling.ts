// AssemblyScript (not TypeScript): the gradients of pooling. The loops run over the channels, four at a time.

const F: usize = 4; // bytes of a float

// @ts-ignore: decorator
@inline
function give(to: usize, value: v128, add: bool): void {
  v128.store(to, add ? f32x4.add(v128.load(to), value) : value);
}

/**
 * dx at the first largest cell of each window (+)= dy, and 0 at its others. Windows with nothing above -Infinity give nothing.
 * `add`: windows overlap or leave cells out, and dx holds zeros before; else every cell lies in one window and is written.
 */
export function maxPoolGradient(
  x: usize, dy: usize, dx: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, pt: i32, pl: i32, add: i32,
): void {
  const pixel = <usize>C * F;
  const row = <usize>W * pixel;
  const wide = <usize>(C & ~3) * F;
  const adds = add != 0;
  for (let b = 0; b < B; b++, x += <usize>H * row, dx += <usize>H * row) {
    for (let oh = 0; oh < OH; oh++) {
      const top = oh * sh - pt;
      const h0 = max(0, top);
      const h1 = min(H, top + KH);
      for (let ow = 0; ow < OW; ow++, dy += pixel) {
        const left = ow * sw - pl;
        const w0 = max(0, left);
        const w1 = min(W, left + KW);
        const corner = <usize>(h0 * W + w0) * pixel;
        let at: usize = 0;
        if (h1 - h0 == 2 && w1 - w0 == 2) {
          for (; at < wide; at += 16) pair(x + corner + at, dx + corner + at, v128.load(dy + at), pixel, row, adds);
        } else {
          for (; at < wide; at += 16) {
            let best = f32x4.splat(-Infinity);
            let where = i32x4.splat(-1);
            let cell = 0;
            for (let h = h0, from = x + corner + at; h < h1; h++, from += row) {
              for (let w = w0, p = from; w < w1; w++, p += pixel, cell++) {
                const value = v128.load(p);
                const wins = f32x4.gt(value, best);
                best = v128.bitselect(value, best, wins);
                where = v128.bitselect(i32x4.splat(cell), where, wins);
              }
            }
            const g = v128.load(dy + at);
            cell = 0;
            for (let h = h0, to = dx + corner + at; h < h1; h++, to += row) {
              for (let w = w0, p = to; w < w1; w++, p += pixel, cell++) {
                give(p, v128.and(g, i32x4.eq(where, i32x4.splat(cell))), adds);
              }
            }
          }
        }
        for (; at < pixel; at += F) {
          let best: f32 = -Infinity;
          let winner: usize = 0;
          for (let h = h0, from = corner + at; h < h1; h++, from += row) {
            for (let w = w0, p = from; w < w1; w++, p += pixel) {
              if (!adds) store<f32>(dx + p, 0);
              const value = load<f32>(x + p);
              if (value > best) {
                best = value;
                winner = dx + p;
              }
            }
          }
          if (winner) store<f32>(winner, load<f32>(winner) + load<f32>(dy + at));
        }
      }
    }
  }
}

/** A window of 2 × 2: of the cells that beat those before them, the last has won. */
// @ts-ignore: decorator
@inline
function pair(x: usize, dx: usize, g: v128, pixel: usize, row: usize, add: bool): void {
  const v0 = v128.load(x), v1 = v128.load(x + pixel), v2 = v128.load(x + row), v3 = v128.load(x + row + pixel);
  const none = f32x4.splat(-Infinity);
  const w0 = f32x4.gt(v0, none);
  let best = v128.bitselect(v0, none, w0);
  const w1 = f32x4.gt(v1, best);
  best = v128.bitselect(v1, best, w1);
  const w2 = f32x4.gt(v2, best);
  best = v128.bitselect(v2, best, w2);
  const w3 = f32x4.gt(v3, best);
  give(dx + row + pixel, v128.and(g, w3), add);
  let rest = v128.andnot(g, w3);
  give(dx + row, v128.and(rest, w2), add);
  rest = v128.andnot(rest, w2);
  give(dx + pixel, v128.and(rest, w1), add);
  rest = v128.andnot(rest, w1);
  give(dx, v128.and(rest, w0), add);
}

/** dx += dy * scale over every cell of each window. */
export function avgPoolGradient(
  dy: usize, dx: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, pt: i32, pl: i32, scale: f32,
): void {
  const pixel = <usize>C * F;
  const wide = <usize>(C & ~3) * F;
  for (let b = 0; b < B; b++, dx += <usize>(H * W) * pixel) {
    for (let oh = 0; oh < OH; oh++) {
      const h0 = max(0, oh * sh - pt);
      const h1 = min(H, oh * sh - pt + KH);
      for (let ow = 0; ow < OW; ow++, dy += pixel) {
        const w0 = max(0, ow * sw - pl);
        const w1 = min(W, ow * sw - pl + KW);
        for (let h = h0; h < h1; h++) {
          let to = dx + <usize>(h * W + w0) * pixel;
          for (let w = w0; w < w1; w++, to += pixel) {
            let i: usize = 0;
            for (; i < wide; i += 16) {
              v128.store(to + i, f32x4.add(v128.load(to + i), f32x4.mul(v128.load(dy + i), f32x4.splat(scale))));
            }
            for (; i < pixel; i += F) store<f32>(to + i, load<f32>(to + i) + load<f32>(dy + i) * scale);
          }
        }
      }
    }
  }
}

/** Each window's largest cell, or NaN where it has one. */
export function maxPool(
  x: usize, y: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32, sh: i32, sw: i32, pt: i32, pl: i32,
): void {
  pool(true, x, y, B, H, W, C, OH, OW, KH, KW, sh, sw, pt, pl);
}

/** Each window's mean over the cells inside the image. */
export function avgPool(
  x: usize, y: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32, sh: i32, sw: i32, pt: i32, pl: i32,
): void {
  pool(false, x, y, B, H, W, C, OH, OW, KH, KW, sh, sw, pt, pl);
}

// @ts-ignore: decorator
@inline
function join(isMax: bool, sum: v128, value: v128): v128 {
  if (!isMax) return f32x4.add(sum, value);
  // A NaN beats all, and nothing beats a NaN.
  return v128.bitselect(value, sum, v128.or(f32x4.gt(value, sum), f32x4.ne(value, value)));
}

// @ts-ignore: decorator
@inline
function pool(
  isMax: bool, x: usize, y: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, pt: i32, pl: i32,
): void {
  const pixel = <usize>C * F;
  const row = <usize>W * pixel;
  const wide = <usize>(C & ~3) * F;
  const none: f32 = isMax ? -Infinity : 0;
  for (let b = 0; b < B; b++, x += <usize>H * row) {
    for (let oh = 0; oh < OH; oh++) {
      const top = oh * sh - pt;
      const h0 = max(0, top);
      const h1 = min(H, top + KH);
      for (let ow = 0; ow < OW; ow++, y += pixel) {
        const left = ow * sw - pl;
        const w0 = max(0, left);
        const w1 = min(W, left + KW);
        const corner = x + <usize>h0 * row + <usize>w0 * pixel;
        const count = <f32>((h1 - h0) * (w1 - w0));
        let at: usize = 0;
        for (; at < wide; at += 16) {
          let sum = f32x4.splat(none);
          for (let h = h0, from = corner + at; h < h1; h++, from += row) {
            for (let w = w0, p = from; w < w1; w++, p += pixel) sum = join(isMax, sum, v128.load(p));
          }
          v128.store(y + at, isMax ? sum : f32x4.div(sum, f32x4.splat(count)));
        }
        for (; at < pixel; at += F) {
          let sum = f32x4.splat(none);
          for (let h = h0, from = corner + at; h < h1; h++, from += row) {
            for (let w = w0, p = from; w < w1; w++, p += pixel) sum = join(isMax, sum, v128.load32_zero(p));
          }
          const one = f32x4.extract_lane(sum, 0);
          store<f32>(y + at, isMax ? one : one / count);
        }
      }
    }
  }
}
