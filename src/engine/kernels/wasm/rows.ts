// AssemblyScript (not TypeScript): sums of rows.

const F: usize = 4;

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
