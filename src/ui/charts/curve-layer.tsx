/** The curves of a chart as SVG paths, their last values at their ends, and the crosshair. Lives inside a recharts chart. */
import { useContext, useId } from 'react';
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts';
import { trainingMessages as words } from '../../messages/training';
import { useText } from '../i18n';
import css from './charts.module.css';
import { useCursor } from './cursor';
import { linePath } from './line-path';
import { type Series, seriesColor } from './series';
import { SeriesContext } from './series-context';
import { type Curve, valueAt } from './smoothing';

type Scale = (value: number) => number;
interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function CurveLayer({ lastEpoch }: { readonly lastEpoch: number }) {
  const series = useContext(SeriesContext);
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  const clip = useId();
  if (!area || !xScale || !yScale) return null;
  const x: Scale = (value) => xScale(value) ?? Number.NaN;
  const y: Scale = (value) => yScale(value) ?? Number.NaN;
  return (
    <g>
      <clipPath id={clip}>
        <rect x={area.x} y={area.y - 4} width={area.width + 4} height={area.height + 8} />
      </clipPath>
      <g clipPath={`url(#${clip})`} fill="none" strokeLinejoin="round" strokeLinecap="round">
        {series.map((each) => (
          <g key={each.id} stroke={seriesColor(each.color)}>
            <path d={path(each.steps, x, y)} strokeWidth={1} opacity={each.smoothed ? 0.22 : 0.4} />
            {each.smoothed && <path d={path(each.smoothed, x, y)} strokeWidth={1.25} opacity={0.75} />}
            <path d={path(each.validation, x, y)} strokeWidth={2} strokeDasharray="5 4" />
            <path d={path(each.train, x, y)} strokeWidth={2} />
            <Dots curve={each.train} x={x} y={y} color={seriesColor(each.color)} />
            <Dots curve={each.validation} x={x} y={y} color="var(--surface)" />
          </g>
        ))}
      </g>
      <EndLabels series={series} area={area} x={x} y={y} />
      <Crosshair series={series} area={area} x={x} y={y} lastEpoch={lastEpoch} />
    </g>
  );
}

const FAR = 10_000;

function path(curve: Curve, x: Scale, y: Scale): string {
  return linePath(
    Array.from(curve.x, (at, index) => [
      x(at),
      // A diverging run reaches 1e36, which SVG would refuse to parse; far outside is far enough.
      Math.min(FAR, Math.max(-FAR, y(curve.y[index] ?? Number.NaN))),
    ]),
  );
}

interface DotsProps {
  readonly curve: Curve;
  readonly x: Scale;
  readonly y: Scale;
  readonly color: string;
}

/** Above 60 epochs the dots would be a band; the line alone says more. */
function Dots({ curve, x, y, color }: DotsProps) {
  if (curve.x.length > 60) return null;
  return Array.from(curve.x, (at, index) => {
    const cy = y(curve.y[index] ?? Number.NaN);
    return Number.isFinite(cy) ? (
      <circle key={at} cx={x(at)} cy={cy} r={2.5} fill={color} strokeWidth={1.5} />
    ) : null;
  });
}

interface LayerProps {
  readonly series: readonly Series[];
  readonly area: Area;
  readonly x: Scale;
  readonly y: Scale;
}

const LINE_HEIGHT = 13;

function EndLabels({ series, area, x, y }: LayerProps) {
  const text = useText();
  const labels = series
    .flatMap((each) => [
      { key: `${each.id} train`, curve: each.train, color: each.color, prefix: '', format: each.format },
      {
        key: `${each.id} validation`,
        curve: each.validation,
        color: each.color,
        prefix: `${text(words.validationShort)} `,
        format: each.format,
      },
    ])
    .flatMap(({ curve, ...label }) => {
      const last = curve.x.length - 1;
      const value = curve.y[last];
      if (value === undefined || !Number.isFinite(value)) return [];
      return [{ ...label, text: label.prefix + label.format(value), at: x(curve.x[last] ?? 0), y: y(value) }];
    })
    .filter((label) => Number.isFinite(label.y))
    .sort((a, b) => a.y - b.y);
  // Labels that would overlap move apart, downwards first, then the whole stack back into the plot.
  const placed: number[] = [];
  for (const label of labels)
    placed.push(Math.max(label.y, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + LINE_HEIGHT));
  const over = Math.max(0, (placed.at(-1) ?? 0) - (area.y + area.height));
  return labels.map((label, index) => (
    <text
      key={label.key}
      className={css.end}
      x={Math.min(label.at, area.x + area.width) + 8}
      y={(placed[index] ?? 0) - over}
      dy="0.35em"
      fill={seriesColor(label.color)}
    >
      {label.text}
    </text>
  ));
}

function Crosshair({ series, area, x, y, lastEpoch }: LayerProps & { readonly lastEpoch: number }) {
  const epoch = useCursor((state) => state.epoch);
  const set = useCursor((state) => state.set);
  const whole = epoch === null ? null : Math.round(epoch);
  return (
    <g>
      {epoch !== null && whole !== null && (
        <g pointerEvents="none">
          <line
            x1={x(epoch)}
            x2={x(epoch)}
            y1={area.y}
            y2={area.y + area.height}
            stroke="var(--border-strong)"
          />
          {series.flatMap((each) =>
            [each.train, each.validation].map((curve, index) => {
              const at = Array.from(curve.x).indexOf(whole);
              const value = at < 0 ? null : valueAt(curve, whole);
              const cy = value === null ? Number.NaN : y(value);
              if (!Number.isFinite(cy)) return null;
              return (
                <circle
                  key={index === 0 ? `${each.id} train` : `${each.id} validation`}
                  cx={x(whole)}
                  cy={cy}
                  r={4}
                  fill={seriesColor(each.color)}
                />
              );
            }),
          )}
        </g>
      )}
      <rect
        x={area.x}
        y={area.y}
        width={Math.max(0, area.width)}
        height={Math.max(0, area.height)}
        fill="transparent"
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          set(Math.min(lastEpoch, Math.max(0, ((event.clientX - box.left) / box.width) * lastEpoch)));
        }}
        onPointerLeave={() => set(null)}
      />
    </g>
  );
}
