/** An SVG path through points in pixels; the pen is lifted where one is not a number. */
export function linePath(points: Iterable<readonly [x: number, y: number]>): string {
  let d = '';
  let pen = 'M';
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      pen = 'M';
      continue;
    }
    d += `${pen}${x.toFixed(1)},${y.toFixed(1)}`;
    pen = 'L';
  }
  return d;
}
