/** What the schedule does to the learning rate from the first step of the run to the last, as a small curve. */
import { useMemo } from 'react';
import { stepsPerEpoch } from '../../compile/steps-per-epoch';
import type { DatasetSchema } from '../../graph/schema';
import type { TrainingSettings } from '../../graph/training-settings';
import { trainingSettingsMessages as words } from '../../messages/training-settings';
import { parseFields } from '../../nodes/parse-config';
import { optimizerType, scheduleType } from '../../nodes/training-index';
import { useData } from '../../state/data-store';
import { useDocument } from '../../state/document-store';
import { useText } from '../i18n';
import css from './schedule-preview.module.css';

const POINTS = 240;
const WIDTH = 240;
const HEIGHT = 48;
/** Before a data set is chosen. */
const GUESSED_STEPS = 100;

/** Learning rates at evenly spaced steps, the first and the last among them; empty for an unknown schedule or optimizer. */
function learningRates(training: TrainingSettings, schema: DatasetSchema | null): readonly number[] {
  const schedule = scheduleType(training.schedule.type);
  const optimizer = optimizerType(training.optimizer.type);
  if (!schedule || !optimizer) return [];
  const { config } = parseFields(schedule.fields, training.schedule.config);
  const { learningRate } = parseFields(optimizer.fields, training.optimizer.config).config;
  const perEpoch = (stepsPerEpoch(training, schema) ?? GUESSED_STEPS) / Math.max(1, training.accumulate);
  const steps = Math.max(1, Math.floor(training.epochs * perEpoch));
  const count = Math.min(POINTS, steps);
  return Array.from({ length: count }, (_, i) => {
    const step = count === 1 ? 0 : Math.round((i * (steps - 1)) / (count - 1));
    const position = { step, steps, stepsPerEpoch: perEpoch, history: [] };
    return Number(learningRate) * schedule.factor(config as never, position);
  });
}

const printed = (rate: number): string => String(Number(rate.toPrecision(3)));

export function SchedulePreview() {
  const text = useText();
  const training = useDocument((state) => state.doc.meaning.training);
  const schema = useData((state) => state.bound?.schema ?? null);
  const rates = useMemo(() => learningRates(training, schema), [training, schema]);
  if (rates.length === 0) return null;
  const highest = Math.max(...rates);
  const at = (rate: number) => HEIGHT * (1 - (highest > 0 ? rate / highest : 0));
  // A single step is a level line.
  const points = rates.length === 1 ? [rates[0]!, rates[0]!] : rates;
  const line = points
    .map((rate, i) => `${((i / (points.length - 1)) * WIDTH).toFixed(1)},${at(rate).toFixed(1)}`)
    .join(' ');
  const facts = { first: printed(rates[0]!), highest: printed(highest), last: printed(rates.at(-1)!) };
  const isPlateau = training.schedule.type === 'reduce-on-plateau';
  const gamma = isPlateau
    ? String(parseFields(scheduleType('reduce-on-plateau')!.fields, training.schedule.config).config['gamma'])
    : '';
  const description = isPlateau
    ? text(words.previewPlateau, { highest: facts.highest, gamma })
    : text(words.preview, facts);
  return (
    <figure className={css.preview}>
      <span className={css.scale} aria-hidden>
        <span>{facts.highest}</span>
        <span>0</span>
      </span>
      <svg
        className={css.curve}
        viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={description}
      >
        <title>{description}</title>
        <polyline points={line} className={css.line} vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className={css.epochs} aria-hidden>
        <span>{text(words.firstEpoch)}</span>
        <span>{text(words.lastEpoch, { epochs: training.epochs })}</span>
      </figcaption>
    </figure>
  );
}
