/** A row of small bars without axes: the shape of a distribution at a glance. Plain SVG, so that fifty of them cost nothing. */
import css from './charts.module.css';

interface MiniBarsProps {
  readonly counts: readonly number[];
  readonly label: string;
  /** What hovering one bar says. */
  readonly titles?: readonly string[];
}

const HEIGHT = 36;
const WIDTH = 160;

export function MiniBars({ counts, label, titles }: MiniBarsProps) {
  const largest = Math.max(1, ...counts);
  const width = WIDTH / Math.max(1, counts.length);
  const gap = Math.min(1.5, width * 0.15);
  return (
    <svg
      className={css.bars}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {counts.map((count, index) => {
        const height = count === 0 ? 0 : Math.max(1, (count / largest) * (HEIGHT - 2));
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its position
            key={index}
            x={index * width}
            y={HEIGHT - height}
            width={Math.max(0.5, width - gap)}
            height={height}
          >
            {titles?.[index] !== undefined && <title>{titles[index]}</title>}
          </rect>
        );
      })}
    </svg>
  );
}
