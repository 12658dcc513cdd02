/** The exact values under the crosshair, beside the chart's title; without a crosshair, the legend. */
import type { ReactNode } from 'react';
import { trainingMessages as words } from '../../messages/training';
import { useText } from '../i18n';
import css from './charts.module.css';
import { useCursor } from './cursor';
import { type Series, seriesColor } from './series';
import { type Curve, valueAt } from './smoothing';

interface CursorReadoutProps {
  readonly series: readonly Series[];
  readonly legend?: ReactNode;
}

export function CursorReadout({ series, legend }: CursorReadoutProps) {
  const text = useText();
  const epoch = useCursor((state) => state.epoch);
  if (epoch === null && legend) return legend;
  const whole = epoch === null ? null : Math.round(epoch);
  const isAtEpoch = whole !== null && whole >= 1;
  const exact = (curve: Curve, format: (value: number) => string): string => {
    if (!isAtEpoch || !Array.from(curve.x).includes(whole)) return '';
    const value = valueAt(curve, whole);
    return value === null ? '' : format(value);
  };
  return (
    <>
      {isAtEpoch && <span className={css.dim}>{text(words.atEpoch, { epoch: whole })}</span>}
      {series.map((each) => {
        const color = seriesColor(each.color);
        const step = epoch === null ? null : valueAt(each.steps, epoch);
        const hasValidation = each.validation.x.length > 0;
        // With several measures the colour says which; words would not fit on the line.
        const isShort = series.length > 1;
        return (
          <span key={each.id} className={css.readouts}>
            <Value color={color} style="solid" word={isShort ? '' : text(words.trainSeries)}>
              {exact(each.train, each.format)}
            </Value>
            {hasValidation && (
              <Value
                color={color}
                style="dashed"
                word={isShort ? '' : text(epoch === null ? words.validationSeries : words.validationShort)}
              >
                {exact(each.validation, each.format)}
              </Value>
            )}
            {step !== null && !isShort && (
              <Value color={color} style="faint" word={text(words.stepSeries)}>
                {each.format(step)}
              </Value>
            )}
          </span>
        );
      })}
    </>
  );
}

interface ValueProps {
  readonly color: string;
  readonly style: 'solid' | 'dashed' | 'faint';
  readonly word: string;
  readonly children: ReactNode;
}

function Value({ color, style, word, children }: ValueProps) {
  return (
    <span className={css.readout}>
      <span className={`${css.swatch} ${css[style] ?? ''}`} style={{ borderColor: color }} aria-hidden />
      {word} {children}
    </span>
  );
}
