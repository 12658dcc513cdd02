// AssemblyScript (not TypeScript): sums over, copies of and broadcasts along the rows of a matrix.

const F: usize = 4;
const BLOCK: i32 = 128; // terms added in single precision before they join the total

/** out[ids[r], :] += x[r, :] for ids in [0, segments). Zero `out` first. */
export function segmentSum(x: usize, ids: usize, out: usize, rows: i32, width: i32, segments: i32): void {
  const row = <usize>width * F;
  const wide = <usize>(width & ~3) * F;
  for (let r = 0; r < rows; r++, x += row, ids += 4) {
    const id = load<i32>(ids);
    if (id < 0 || id >= segments) continue;
    const to = out + <usize>id * row;
    let i: usize = 0;
    for (; i < wide; i += 16) v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(x + i)));
    for (; i < row; i += F) store<f32>(to + i, load<f32>(to + i) + load<f32>(x + i));
  }
}

// @ts-ignore: decorator
@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3));
}

// @ts-ignore: decorator
@inline
function scaled(low: v128, high: v128, scale: f32): v128 {
  const by = f64x2.splat(<f64>scale);
  const a = f32x4.demote_f64x2_zero(f64x2.mul(low, by));
  const b = f32x4.demote_f64x2_zero(f64x2.mul(high, by));
  return i32x4.shuffle(a, b, 0, 1, 4, 5);
}

/** out[c] = scale * sum over r of x[r, c]; blocks in single, totals in double precision */
export function columnSums(x: usize, out: usize, rows: i32, cols: i32, scale: f32): void {
  const row = <usize>cols * F;
  let c = 0;
  for (; c + 16 <= cols; c += 16) {
    let l0 = f64x2.splat(0), l1 = l0, l2 = l0, l3 = l0, h0 = l0, h1 = l0, h2 = l0, h3 = l0;
    let at = x + <usize>c * F;
    for (let r = 0; r < rows; ) {
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (const end = min(rows, r + BLOCK); r < end; r++, at += row) {
        s0 = f32x4.add(s0, v128.load(at));
        s1 = f32x4.add(s1, v128.load(at, 16));
        s2 = f32x4.add(s2, v128.load(at, 32));
        s3 = f32x4.add(s3, v128.load(at, 48));
      }
      l0 = f64x2.add(l0, f64x2.promote_low_f32x4(s0)); h0 = f64x2.add(h0, high(s0));
      l1 = f64x2.add(l1, f64x2.promote_low_f32x4(s1)); h1 = f64x2.add(h1, high(s1));
      l2 = f64x2.add(l2, f64x2.promote_low_f32x4(s2)); h2 = f64x2.add(h2, high(s2));
      l3 = f64x2.add(l3, f64x2.promote_low_f32x4(s3)); h3 = f64x2.add(h3, high(s3));
    }
    const to = out + <usize>c * F;
    v128.store(to, scaled(l0, h0, scale)); v128.store(to, scaled(l1, h1, scale), 16);
    v128.store(to, scaled(l2, h2, scale), 32); v128.store(to, scaled(l3, h3, scale), 48);
  }
  for (; c + 4 <= cols; c += 4) {
    let l0 = f64x2.splat(0), h0 = l0;
    let at = x + <usize>c * F;
    for (let r = 0; r < rows; ) {
      let sum = f32x4.splat(0);
      for (const end = min(rows, r + BLOCK); r < end; r++, at += row) sum = f32x4.add(sum, v128.load(at));
      l0 = f64x2.add(l0, f64x2.promote_low_f32x4(sum)); h0 = f64x2.add(h0, high(sum));
    }
    v128.store(out + <usize>c * F, scaled(l0, h0, scale));
  }
  for (; c < cols; c++) {
    let total: f64 = 0;
    let at = x + <usize>c * F;
    for (let r = 0; r < rows; r++, at += row) total += <f64>load<f32>(at);
    store<f32>(out + <usize>c * F, <f32>(total * <f64>scale));
  }
}

/** out[r] = scale * sum over c of x[r, c] */
export function rowSums(x: usize, out: usize, rows: i32, cols: i32, scale: f32): void {
  for (let r = 0; r < rows; r++, out += F) {
    let total: f64 = 0;
    let c = 0;
    while (c + 8 <= cols) {
      let s0 = f32x4.splat(0), s1 = s0;
      for (const end = min(cols & ~7, c + 8 * BLOCK); c < end; c += 8, x += 32) {
        s0 = f32x4.add(s0, v128.load(x));
        s1 = f32x4.add(s1, v128.load(x, 16));
      }
      const s = f32x4.add(s0, s1);
      total += <f64>f32x4.extract_lane(s, 0) + <f64>f32x4.extract_lane(s, 1);
      total += <f64>f32x4.extract_lane(s, 2) + <f64>f32x4.extract_lane(s, 3);
    }
    for (; c < cols; c++, x += F) total += <f64>load<f32>(x);
    store<f32>(out, <f32>(total * <f64>scale));
  }
}

/** Copies `rows` runs of `width` bytes; strides in bytes. */
export function copyRows(from: usize, to: usize, rows: i32, width: i32, fromStride: i32, toStride: i32): void {
  const wide = <usize>(width & ~15);
  const quads = <usize>(width & ~3);
  for (let r = 0; r < rows; r++, from += <usize>fromStride, to += <usize>toStride) {
    let i: usize = 0;
    for (; i < wide; i += 16) v128.store(to + i, v128.load(from + i));
    for (; i < quads; i += 4) store<u32>(to + i, load<u32>(from + i));
    for (; i < <usize>width; i++) store<u8>(to + i, load<u8>(from + i));
  }
}

// @ts-ignore: decorator
@inline
function lanes(op: i32, x: v128, y: v128): v128 {
  if (op == 0) return f32x4.add(x, y);
  if (op == 1) return f32x4.sub(x, y);
  if (op == 2) return f32x4.mul(x, y);
  if (op == 3) return f32x4.div(x, y);
  if (op == 4) return f32x4.sub(y, x);
  if (op == 5) return f32x4.div(y, x);
  if (op == 6) return f32x4.max(x, y);
  return f32x4.min(x, y);
}

// @ts-ignore: decorator
@inline
function one(op: i32, x: f32, y: f32): f32 {
  if (op == 0) return x + y;
  if (op == 1) return x - y;
  if (op == 2) return x * y;
  if (op == 3) return x / y;
  if (op == 4) return y - x;
  if (op == 5) return y / x;
  if (op == 6) return max(x, y);
  return min(x, y);
}

// @ts-ignore: decorator
@inline
function alongRows(op: i32, x: usize, y: usize, out: usize, rows: i32, cols: i32): void {
  const row = <usize>cols * F;
  const wide = <usize>(cols & ~3) * F;
  for (let r = 0; r < rows; r++, x += row, out += row) {
    let i: usize = 0;
    for (; i < wide; i += 16) v128.store(out + i, lanes(op, v128.load(x + i), v128.load(y + i)));
    for (; i < row; i += F) store<f32>(out + i, one(op, load<f32>(x + i), load<f32>(y + i)));
  }
}

// @ts-ignore: decorator
@inline
function downColumns(op: i32, x: usize, y: usize, out: usize, rows: i32, cols: i32): void {
  const row = <usize>cols * F;
  const wide = <usize>(cols & ~3) * F;
  for (let r = 0; r < rows; r++, x += row, out += row, y += F) {
    const value = load<f32>(y);
    const splat = f32x4.splat(value);
    let i: usize = 0;
    for (; i < wide; i += 16) v128.store(out + i, lanes(op, v128.load(x + i), splat));
    for (; i < row; i += F) store<f32>(out + i, one(op, load<f32>(x + i), value));
  }
}

/** out[r, c] = x[r, c] op y[c]; op 0 to 7: x+y, x-y, x*y, x/y, y-x, y/x, max(x, y), min(x, y) */
export function broadcastRow(op: i32, x: usize, y: usize, out: usize, rows: i32, cols: i32): void {
  if (op == 0) alongRows(0, x, y, out, rows, cols);
  else if (op == 1) alongRows(1, x, y, out, rows, cols);
  else if (op == 2) alongRows(2, x, y, out, rows, cols);
  else if (op == 3) alongRows(3, x, y, out, rows, cols);
  else if (op == 4) alongRows(4, x, y, out, rows, cols);
  else if (op == 5) alongRows(5, x, y, out, rows, cols);
  else if (op == 6) alongRows(6, x, y, out, rows, cols);
  else alongRows(7, x, y, out, rows, cols);
}

/** out[r, c] = x[r, c] op y[r]; op as above */
export function broadcastColumn(op: i32, x: usize, y: usize, out: usize, rows: i32, cols: i32): void {
  if (op == 0) downColumns(0, x, y, out, rows, cols);
  else if (op == 1) downColumns(1, x, y, out, rows, cols);
  else if (op == 2) downColumns(2, x, y, out, rows, cols);
  else if (op == 3) downColumns(3, x, y, out, rows, cols);
  else if (op == 4) downColumns(4, x, y, out, rows, cols);
  else if (op == 5) downColumns(5, x, y, out, rows, cols);
  else if (op == 6) downColumns(6, x, y, out, rows, cols);
  else downColumns(7, x, y, out, rows, cols);
}

// @ts-ignore: decorator
@inline
function compared(op: i32, x: v128, y: v128): v128 {
  if (op == 0) return f32x4.gt(x, y);
  if (op == 1) return f32x4.ge(x, y);
  if (op == 2) return f32x4.lt(x, y);
  if (op == 3) return f32x4.le(x, y);
  if (op == 4) return f32x4.eq(x, y);
  return f32x4.ne(x, y);
}

/** One row: y as long as x, or with `splat` a single value. */
// @ts-ignore: decorator
@inline
function compareRun(op: i32, x: usize, y: usize, out: usize, cols: i32, splat: bool): void {
  const same = v128.load32_splat(y);
  let c = 0;
  for (; c + 8 <= cols; c += 8, x += 32, out += 8) {
    const low = compared(op, v128.load(x), splat ? same : v128.load(y));
    const high = compared(op, v128.load(x, 16), splat ? same : v128.load(y, 16));
    const words = i16x8.narrow_i32x4_s(low, high); // -1 or 0
    v128.store64_lane(out, v128.and(i8x16.narrow_i16x8_s(words, words), i8x16.splat(1)), 0);
    if (!splat) y += 32;
  }
  for (; c < cols; c++, x += F, out++) {
    store<u8>(out, <u8>(i32x4.extract_lane(compared(op, v128.load32_splat(x), v128.load32_splat(y)), 0) & 1));
    if (!splat) y += F;
  }
}

// @ts-ignore: decorator
@inline
function compareRows(op: i32, x: usize, y: usize, out: usize, rows: i32, cols: i32, splat: bool): void {
  for (let r = 0; r < rows; r++, x += <usize>cols * F, out += <usize>cols) {
    compareRun(op, x, y, out, cols, splat);
    if (splat) y += F;
  }
}

// @ts-ignore: decorator
@inline
function compareEither(x: usize, y: usize, out: usize, op: i32, rows: i32, cols: i32, splat: bool): void {
  if (op == 0) compareRows(0, x, y, out, rows, cols, splat);
  else if (op == 1) compareRows(1, x, y, out, rows, cols, splat);
  else if (op == 2) compareRows(2, x, y, out, rows, cols, splat);
  else if (op == 3) compareRows(3, x, y, out, rows, cols, splat);
  else if (op == 4) compareRows(4, x, y, out, rows, cols, splat);
  else compareRows(5, x, y, out, rows, cols, splat);
}

/** out[r, c] = x[r, c] op y[c] as a byte, 1 or 0; op 0 to 5: >, >=, <, <=, ==, != */
export function compareRow(op: i32, x: usize, y: usize, out: usize, rows: i32, cols: i32): void {
  compareEither(x, y, out, op, rows, cols, false);
}

/** out[r, c] = x[r, c] op y[r]; op as above */
export function compareColumn(op: i32, x: usize, y: usize, out: usize, rows: i32, cols: i32): void {
  compareEither(x, y, out, op, rows, cols, true);
}
