// AssemblyScript (not TypeScript): the loops over convolution and pooling windows. Layout NHWC; sizes in elements; cells
// that a window has outside the image are skipped (or zero in im2col). Outputs that are added to must be zeroed first.

const F: usize = 4;

// @ts-ignore: decorator
@inline
function copyRun(from: usize, to: usize, count: i32): void {
  const wide = to + <usize>(count & ~3) * F;
  const end = to + <usize>count * F;
  for (; to < wide; to += 16, from += 16) v128.store(to, v128.load(from));
  for (; to < end; to += F, from += F) store<f32>(to, load<f32>(from));
}

// @ts-ignore: decorator
@inline
function addRun(from: usize, to: usize, count: i32): void {
  const wide = to + <usize>(count & ~3) * F;
  const end = to + <usize>count * F;
  for (; to < wide; to += 16, from += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  for (; to < end; to += F, from += F) store<f32>(to, load<f32>(to) + load<f32>(from));
}

// @ts-ignore: decorator
@inline
function zeroRun(to: usize, count: i32): void {
  const wide = to + <usize>(count & ~3) * F;
  const end = to + <usize>count * F;
  for (; to < wide; to += 16) v128.store(to, f32x4.splat(0));
  for (; to < end; to += F) store<f32>(to, 0);
}

/** col[row, (kh*KW + kw)*C + c] = x under tap (kh, kw) of the window of output cell `row`, 0 outside the image. */
export function im2col(
  x: usize, col: usize, images: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, dh: i32, dw: i32, pt: i32, pl: i32,
): void {
  for (let b = 0; b < images; b++, x += <usize>(H * W * C) * F) {
    for (let oh = 0; oh < OH; oh++) {
      for (let ow = 0; ow < OW; ow++) {
        for (let kh = 0; kh < KH; kh++) {
          const ih = oh * sh + kh * dh - pt;
          const left = ow * sw - pl;
          if (ih < 0 || ih >= H) {
            zeroRun(col, KW * C);
            col += <usize>(KW * C) * F;
          } else if (dw == 1 && left >= 0 && left + KW <= W) {
            copyRun(x + <usize>((ih * W + left) * C) * F, col, KW * C);
            col += <usize>(KW * C) * F;
          } else {
            for (let kw = 0; kw < KW; kw++, col += <usize>C * F) {
              const iw = left + kw * dw;
              if (iw < 0 || iw >= W) zeroRun(col, C);
              else copyRun(x + <usize>((ih * W + iw) * C) * F, col, C);
            }
          }
        }
      }
    }
  }
}

/** The reverse of im2col: adds every window back onto the image. */
export function col2im(
  col: usize, x: usize, images: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, dh: i32, dw: i32, pt: i32, pl: i32,
): void {
  for (let b = 0; b < images; b++, x += <usize>(H * W * C) * F) {
    for (let oh = 0; oh < OH; oh++) {
      for (let ow = 0; ow < OW; ow++) {
        const left = ow * sw - pl;
        for (let kh = 0; kh < KH; kh++, col += <usize>(KW * C) * F) {
          const ih = oh * sh + kh * dh - pt;
          if (ih < 0 || ih >= H) continue;
          if (dw == 1 && left >= 0 && left + KW <= W) {
            addRun(col, x + <usize>((ih * W + left) * C) * F, KW * C);
          } else {
            for (let kw = 0; kw < KW; kw++) {
              const iw = left + kw * dw;
              if (iw >= 0 && iw < W) addRun(col + <usize>(kw * C) * F, x + <usize>((ih * W + iw) * C) * F, C);
            }
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function ceilDiv(a: i32, b: i32): i32 {
  return a <= 0 ? 0 : (a + b - 1) / b;
}

/** dW[kh, kw, c, m] += sum of x * dy over the cells that the tap sees. M = channel multiplier. */
export function depthwiseFilterGradient(
  x: usize, dy: usize, dW: usize, B: i32, H: i32, W: i32, C: i32, M: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, dh: i32, dw: i32, pt: i32, pl: i32,
): void {
  const D = C * M;
  const xStep = <usize>(sw * C) * F;
  const dyStep = <usize>D * F;
  for (let b = 0; b < B; b++) {
    for (let oh = 0; oh < OH; oh++) {
      for (let kh = 0; kh < KH; kh++) {
        const ih = oh * sh + kh * dh - pt;
        if (ih < 0 || ih >= H) continue;
        for (let kw = 0; kw < KW; kw++) {
          const shift = kw * dw - pl;
          const first = ceilDiv(-shift, sw);
          const limit = W - shift;
          const count = min(OW, ceilDiv(limit, sw)) - first;
          if (count <= 0) continue;
          const xRow = x + <usize>(((b * H + ih) * W + first * sw + shift) * C) * F;
          const dyRow = dy + <usize>(((b * OH + oh) * OW + first) * D) * F;
          const wRow = dW + <usize>((kh * KW + kw) * D) * F;
          let d = 0;
          if (M == 1) {
            for (; d + 16 <= C; d += 16) {
              const at = <usize>d * F;
              let s0 = v128.load(wRow + at), s1 = v128.load(wRow + at, 16), s2 = v128.load(wRow + at, 32), s3 = v128.load(wRow + at, 48);
              let p = xRow + at;
              let q = dyRow + at;
              for (let i = 0; i < count; i++, p += xStep, q += dyStep) {
                s0 = f32x4.add(s0, f32x4.mul(v128.load(p), v128.load(q)));
                s1 = f32x4.add(s1, f32x4.mul(v128.load(p, 16), v128.load(q, 16)));
                s2 = f32x4.add(s2, f32x4.mul(v128.load(p, 32), v128.load(q, 32)));
                s3 = f32x4.add(s3, f32x4.mul(v128.load(p, 48), v128.load(q, 48)));
              }
              v128.store(wRow + at, s0); v128.store(wRow + at, s1, 16); v128.store(wRow + at, s2, 32); v128.store(wRow + at, s3, 48);
            }
            for (; d + 4 <= C; d += 4) {
              const at = <usize>d * F;
              let s0 = v128.load(wRow + at);
              let p = xRow + at;
              let q = dyRow + at;
              for (let i = 0; i < count; i++, p += xStep, q += dyStep) s0 = f32x4.add(s0, f32x4.mul(v128.load(p), v128.load(q)));
              v128.store(wRow + at, s0);
            }
          }
          for (; d < D; d++) {
            const at = <usize>d * F;
            let sum = load<f32>(wRow + at);
            let p = xRow + <usize>(d / M) * F;
            let q = dyRow + at;
            for (let i = 0; i < count; i++, p += xStep, q += dyStep) sum += load<f32>(p) * load<f32>(q);
            store<f32>(wRow + at, sum);
          }
        }
      }
    }
  }
}

/** dx[.., c] += sum over m of dy[.., c*M + m] * W[kh, kw, c, m], for every cell that the tap sees. */
export function depthwiseInputGradient(
  dy: usize, w: usize, dx: usize, B: i32, H: i32, W: i32, C: i32, M: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, dh: i32, dw: i32, pt: i32, pl: i32,
): void {
  const D = C * M;
  const xStep = <usize>(sw * C) * F;
  const dyStep = <usize>D * F;
  for (let b = 0; b < B; b++) {
    for (let oh = 0; oh < OH; oh++) {
      for (let kh = 0; kh < KH; kh++) {
        const ih = oh * sh + kh * dh - pt;
        if (ih < 0 || ih >= H) continue;
        for (let kw = 0; kw < KW; kw++) {
          const shift = kw * dw - pl;
          const first = ceilDiv(-shift, sw);
          const limit = W - shift;
          const count = min(OW, ceilDiv(limit, sw)) - first;
          if (count <= 0) continue;
          const xRow = dx + <usize>(((b * H + ih) * W + first * sw + shift) * C) * F;
          const dyRow = dy + <usize>(((b * OH + oh) * OW + first) * D) * F;
          const wRow = w + <usize>((kh * KW + kw) * D) * F;
          let c = 0;
          if (M == 1) {
            for (; c + 4 <= C; c += 4) {
              const at = <usize>c * F;
              const s = v128.load(wRow + at);
              let p = xRow + at;
              let q = dyRow + at;
              for (let i = 0; i < count; i++, p += xStep, q += dyStep) {
                v128.store(p, f32x4.add(v128.load(p), f32x4.mul(v128.load(q), s)));
              }
            }
          }
          for (; c < C; c++) {
            for (let m = 0; m < M; m++) {
              const at = <usize>(c * M + m) * F;
              const s = load<f32>(wRow + at);
              let p = xRow + <usize>c * F;
              let q = dyRow + at;
              for (let i = 0; i < count; i++, p += xStep, q += dyStep) store<f32>(p, load<f32>(p) + load<f32>(q) * s);
            }
          }
        }
      }
    }
  }
}

/** dx at the first largest cell of each window += dy. Windows with nothing above -Infinity give nothing. */
export function maxPoolGradient(
  x: usize, dy: usize, dx: usize, B: i32, H: i32, W: i32, C: i32, OH: i32, OW: i32, KH: i32, KW: i32,
  sh: i32, sw: i32, pt: i32, pl: i32,
): void {
  const pixel = <usize>C * F;
  for (let b = 0; b < B; b++) {
    const image = <usize>(b * H * W) * pixel;
    for (let oh = 0; oh < OH; oh++) {
      const top = oh * sh - pt;
      const h0 = max(0, top);
      const h1 = min(H, top + KH);
      for (let ow = 0; ow < OW; ow++, dy += pixel) {
        const left = ow * sw - pl;
        const w0 = max(0, left);
        const w1 = min(W, left + KW);
        let c = 0;
        for (; c + 4 <= C; c += 4) {
          let best = f32x4.splat(-Infinity);
          let where = i32x4.splat(-1);
          for (let h = h0; h < h1; h++) {
            let at = x + image + <usize>(h * W + w0) * pixel + <usize>c * F;
            for (let w = w0; w < w1; w++, at += pixel) {
              const value = v128.load(at);
              const wins = f32x4.gt(value, best);
              best = v128.bitselect(value, best, wins);
              where = v128.bitselect(i32x4.splat(h * W + w), where, wins);
            }
          }
          const to = dx + image + <usize>c * F;
          const from = dy + <usize>c * F;
          give(to, i32x4.extract_lane(where, 0), pixel, load<f32>(from));
          give(to + 4, i32x4.extract_lane(where, 1), pixel, load<f32>(from, 4));
          give(to + 8, i32x4.extract_lane(where, 2), pixel, load<f32>(from, 8));
          give(to + 12, i32x4.extract_lane(where, 3), pixel, load<f32>(from, 12));
        }
        for (; c < C; c++) {
          let best: f32 = -Infinity;
          let where = -1;
          for (let h = h0; h < h1; h++) {
            for (let w = w0; w < w1; w++) {
              const value = load<f32>(x + image + <usize>(h * W + w) * pixel + <usize>c * F);
              if (value > best) {
                best = value;
                where = h * W + w;
              }
            }
          }
          give(dx + image + <usize>c * F, where, pixel, load<f32>(dy + <usize>c * F));
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function give(to: usize, cell: i32, pixel: usize, value: f32): void {
  if (cell < 0) return;
  const at = to + <usize>cell * pixel;
  store<f32>(at, load<f32>(at) + value);
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
