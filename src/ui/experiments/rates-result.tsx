/** The range test: loss against learning rate, and the two rates that it suggests. */
import { useMemo } from 'react';
import { smoothLoss, suggestRate } from '../../compile/experiments/range-test';
import { experimentMessages as words } from '../../messages/experiments';
import { useDocument } from '../../state/document-store';
import type { Experiment, ExperimentJob } from '../../state/experiment-store';
import { useExperiments } from '../../state/experiment-store';
import { linearScale, logScale } from '../charts/scale';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import { formatMeasure, formatTick } from '../training/measure-title';
import css from './experiments.module.css';
import { Plot, pathOf } from './plot';
import { formatSetting } from './use-setting-words';

export function RatesResult({ experiment }: { readonly experiment: Experiment }) {
  const text = useText();
  const job = experiment.jobs[0];
  const curve = job?.curve ?? null;
  const smoothed = useMemo(() => smoothLoss(curve?.losses ?? []), [curve]);
  const suggestion = useMemo(
    () => (job?.status === 'done' && curve ? suggestRate(curve.rates, curve.losses) : null),
    [job?.status, curve],
  );
  if (!job || !curve || smoothed.length < 2) return <p className={css.hint}>{text(words.rateWaiting)}</p>;
  return (
    <div className={css.columns}>
      <RatePlot {...{ curve, smoothed, suggestion }} />
      <div className={css.side}>
        {suggestion && (
          <>
            <Suggestion rate={suggestion.tenthOfLowest} why={text(words.tenthOfLowest)} color={3} isMain />
            <Suggestion rate={suggestion.steepest} why={text(words.steepest)} color={2} />
          </>
        )}
        {job.status === 'done' && !suggestion && <p className={css.hint}>{text(words.noRate)}</p>}
      </div>
    </div>
  );
}

interface SuggestionProps {
  readonly rate: number;
  readonly why: string;
  readonly color: number;
  readonly isMain?: boolean;
}

function Suggestion({ rate, why, color, isMain = false }: SuggestionProps) {
  const text = useText();
  const now = useDocument((state) => state.doc.meaning.training.optimizer.config['learningRate']);
  const setLearningRate = useExperiments((state) => state.setLearningRate);
  const isSet = now === rate;
  return (
    <div className={css.suggestion} style={{ borderColor: `var(--series-${color})` }}>
      <button
        type="button"
        className={isMain ? css.primary : problems.fix}
        disabled={isSet}
        onClick={() => setLearningRate(rate)}
      >
        {text(isSet ? words.isRate : words.useRate, { rate: formatSetting(rate) })}
      </button>
      <p className={css.hint}>{why}</p>
    </div>
  );
}

interface RatePlotProps {
  readonly curve: NonNullable<ExperimentJob['curve']>;
  readonly smoothed: readonly number[];
  readonly suggestion: ReturnType<typeof suggestRate>;
}

function RatePlot({ curve, smoothed, suggestion }: RatePlotProps) {
  const text = useText();
  const { rates, losses } = curve;
  const first = rates[0]!;
  const last = rates.at(-1)!;
  const lowest = smoothed.indexOf(Math.min(...smoothed));
  const finite = smoothed.filter(Number.isFinite);
  // The last leap would press everything else flat.
  const high = Math.min(Math.max(...finite), 2 * Math.max(...finite.slice(0, Math.max(1, lowest + 1))));
  const marks = suggestion && [
    { rate: suggestion.tenthOfLowest, color: 'var(--series-3)', title: text(words.tenthShort) },
    { rate: suggestion.steepest, color: 'var(--series-2)', title: text(words.steepestShort) },
  ];
  return (
    <figure className={css.figure}>
      <figcaption>
        <strong>{text(words.rateChart)}</strong>{' '}
        <span className={css.hint}>{text(words.smoothedLegend)}</span>
      </figcaption>
      <Plot
        x={{
          scale: logScale(first, Math.max(last, first * 10)),
          log: true,
          title: text(words.rateAxis),
          format: formatSetting,
        }}
        y={{
          scale: linearScale(Math.min(...finite), high, 4),
          log: false,
          title: text(words.lossAxis),
          format: (value) => formatTick('loss', value),
        }}
        description={text(words.rateDescription, {
          from: formatSetting(first),
          to: formatSetting(last),
          lowest: formatMeasure('loss', smoothed[lowest]!),
          at: formatSetting(rates[lowest]!),
        })}
      >
        {(area) => (
          <g fill="none" strokeLinejoin="round">
            <clipPath id="rate-plot">
              <rect
                x={area.left}
                y={area.top - 4}
                width={area.right - area.left}
                height={area.bottom - area.top + 8}
              />
            </clipPath>
            <g clipPath="url(#rate-plot)">
              <path
                d={pathOf(
                  area,
                  losses.map((loss, i) => [rates[i]!, loss]),
                )}
                stroke="var(--series-1)"
                opacity={0.35}
              />
              <path
                d={pathOf(
                  area,
                  smoothed.map((loss, i) => [rates[i]!, loss]),
                )}
                stroke="var(--series-1)"
                strokeWidth={2}
              />
            </g>
            {marks?.map(({ rate, color, title }, i) => (
              <g key={title}>
                <line
                  x1={area.x(rate)}
                  x2={area.x(rate)}
                  y1={area.top}
                  y2={area.bottom}
                  stroke={color}
                  strokeWidth={1.5}
                  strokeDasharray="4 3"
                />
                <text
                  className={css.mark}
                  textAnchor="end"
                  x={area.x(rate) - 5}
                  y={area.bottom - 20 + i * 14}
                  fill={color}
                >
                  {title} · {formatSetting(rate)}
                </text>
              </g>
            ))}
          </g>
        )}
      </Plot>
    </figure>
  );
}
