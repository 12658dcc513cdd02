/** The exact values under the crosshair, beside the chart's title; without a crosshair, the legend. */
import { trainingMessages as words } from '../../messages/training';
import { useText } from '../i18n';
import css from './charts.module.css';
import { useCursor } from './cursor';
import { type Series, seriesColor } from './series';
import { type Curve, valueAt } from './smoothing';

export function CursorReadout({ series }: { readonly series: readonly Series[] }) {
  const text = useText();
  const epoch = useCursor((state) => state.epoch);
  const several = series.length > 1;
  const whole = epoch === null ? null : Math.round(epoch);
  const exact = (curve: Curve, format: (value: number) => string): string => {
    if (whole === null || whole < 1 || !Array.from(curve.x).includes(whole)) return '';
    const value = valueAt(curve, whole);
    return value === null ? '' : format(value);
  };
  return (
    <>
      {whole !== null && whole >= 1 && (
        <span className={css.dim}>{text(words.atEpoch, { epoch: whole })}</span>
      )}
      {series.map((each) => {
        const step = epoch === null ? null : valueAt(each.steps, epoch);
        const prefix = several ? `${each.label} ` : '';
        return (
          <span key={each.id} className={css.readout} style={{ gap: 8 }}>
            <span className={css.readout}>
              <span className={css.swatch} style={{ borderColor: seriesColor(each.color) }} aria-hidden />
              {prefix}
              {text(words.trainSeries)} {exact(each.train, each.format)}
            </span>
            {each.validation.x.length > 0 && (
              <span className={css.readout}>
                <span
                  className={`${css.swatch} ${css.dashed}`}
                  style={{ borderColor: seriesColor(each.color) }}
                  aria-hidden
                />
                {text(epoch === null ? words.validationSeries : words.validationShort)}{' '}
                {exact(each.validation, each.format)}
              </span>
            )}
            {step !== null && (
              <span className={css.readout}>
                <span
                  className={`${css.swatch} ${css.faint}`}
                  style={{ borderColor: seriesColor(each.color) }}
                  aria-hidden
                />
                {text(words.stepSeries)} {each.format(step)}
              </span>
            )}
          </span>
        );
      })}
    </>
  );
}
