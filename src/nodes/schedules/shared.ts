/** Fields and steps that schedules have in common. */
import { t } from '../../graph/text';
import type { SchedulePosition } from '../define-training';
import { float } from '../fields';

export const warmUpShare = (value = 0) =>
  float(
    t('Warm-up', '预热'),
    t(
      'Share of all steps during which the rate rises from zero; steadies large models at the start.',
      '学习率从零上升所占的步数比例；使大模型在开始时更稳定。',
    ),
    value,
    { min: 0, max: 0.9, step: 0.01 },
  );

export const finalShare = () =>
  float(
    t('Final share', '最终比例'),
    t('What is left of the learning rate at the end, as a share.', '结束时学习率剩下的比例。'),
    0,
    { min: 0, max: 1, step: 0.01 },
  );

/**
 * Linear from 1/n in the first of n warm-up steps to 1 in the last of them (as in PyTorch's LinearLR and Transformers); afterwards
 * the share of the remaining steps that is over, in [0, 1].
 */
export function warmUp(
  share: number,
  step: number,
  steps: number,
):
  | { readonly isRising: true; readonly factor: number }
  | { readonly isRising: false; readonly progress: number } {
  const rising = Math.floor(share * steps);
  if (step < rising) return { isRising: true, factor: (step + 1) / rising };
  // The last step is the end of the curve: progress 1.
  const falling = Math.max(1, steps - rising - 1);
  return { isRising: false, progress: Math.min(1, (step - rising) / falling) };
}

/** The same rise as a factor for schedules that count epochs and not the remaining steps: 1 after it. */
export function ramp(share: number, { step, steps }: SchedulePosition): number {
  const rising = Math.floor(share * steps);
  return step < rising ? (step + 1) / rising : 1;
}

/** Epochs of the phase that are over, with the part of the one under way. */
export function epochsOver({ step, stepsPerEpoch }: SchedulePosition): number {
  const epochs = step / stepsPerEpoch;
  // With accumulation an epoch may have ten thirds of a step: what rounding takes from a whole number comes back.
  const whole = Math.round(epochs);
  return Math.abs(epochs - whole) < 1e-9 * (1 + whole) ? whole : epochs;
}
