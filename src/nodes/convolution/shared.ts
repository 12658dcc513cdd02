/** Arithmetic and fields that convolution and pooling nodes share. Data layout is channels last, as in TensorFlow. */
import type { Dim, Shape, TensorFact } from '../../graph/shape';
import { t } from '../../graph/text';
import type { NodeProblem, Proposal } from '../define-node';
import { boolean, choice, int, ints } from '../fields';

export type Padding = 'valid' | 'same' | 'causal';

/** Cells that a dilated window spans: (k − 1)·d + 1. */
export const windowSpan = (window: number, dilation = 1): number => (window - 1) * dilation + 1;

/**
 * Positions of a sliding window along one axis. TensorFlow's rule: `same` gives ⌈n/s⌉ and pads evenly with the extra cell at
 * the end (PyTorch and Caffe differ); `causal` pads only before the start; `valid` gives ⌊(n − k)/s⌋ + 1, which is below one
 * where the window does not fit. A named size stays a name that tells how it came about.
 */
export function windowOutput(size: Dim, span: number, stride: number, padding: Padding): Dim {
  if (padding !== 'valid') {
    if (typeof size === 'number') return Math.ceil(size / stride);
    return stride === 1 ? size : `⌈${size}/${stride}⌉`;
  }
  if (typeof size === 'number') return Math.floor((size - span) / stride) + 1;
  if (span === 1 && stride === 1) return size;
  return stride === 1 ? `(${size}−${span - 1})` : `(⌊(${size}−${span})/${stride}⌋+1)`;
}

export interface Window {
  /** Field that holds the window's size; the proposals set it. */
  readonly field: string;
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly padding: Padding;
  readonly dilation?: readonly number[];
}

/** Spatial dimensions after the window, or the problem that it is larger than the input, with repairs. */
export function slide(shape: Shape, window: Window): readonly Dim[] | NodeProblem {
  const spatial = shape.slice(1, -1);
  const spans = window.size.map((size, axis) => windowSpan(size, window.dilation?.[axis]));
  const result = spatial.map((size, axis) =>
    windowOutput(size, spans[axis]!, window.strides[axis]!, window.padding),
  );
  if (result.every((size) => typeof size === 'string' || size >= 1)) return result;
  // The largest window that fits, undilated where dilation is what made it too large.
  const fitting = window.size.map((size, axis) =>
    typeof spatial[axis] === 'number' ? Math.min(size, spatial[axis]) : size,
  );
  const asField = (sizes: readonly number[]) => (sizes.length === 1 ? sizes[0]! : sizes);
  const smaller = {
    [window.field]: asField(fitting),
    ...(window.dilation ? { dilationRate: asField(window.dilation.map(() => 1)) } : {}),
  };
  return {
    code: 'window-too-large',
    window: spans,
    shape,
    port: 'input',
    field: window.field,
    proposals: [
      { kind: 'set', config: { padding: 'same' } },
      { kind: 'set', config: smaller },
    ],
  };
}

/** Width of the last axis, which a kernel needs to know; the problem otherwise. */
export function channelsOf(fact: TensorFact): number | NodeProblem {
  const channels = fact.shape.at(-1);
  if (typeof channels === 'number') return channels;
  return { code: 'wrong-rank', port: 'input', expected: [fact.shape.length], shape: fact.shape };
}

/** Batch-free dimensions when all of them are known numbers. */
function knownDims(fact: TensorFact): readonly number[] | null {
  const dims = fact.shape.slice(1);
  return dims.every((dim): dim is number => typeof dim === 'number') ? dims : null;
}

/** Ways to see something else as an image: a flat picture as its square (grey or colour), a sequence as one channel. */
export function reshapeToImage(port: string, fact: TensorFact): readonly Proposal[] {
  const dims = knownDims(fact);
  if (!dims || fact.dtype !== 'float32') return [];
  const proposals: Proposal[] = [];
  const propose = (targetShape: readonly number[]) =>
    proposals.push({ kind: 'insert', port, type: 'reshape', config: { targetShape } });
  if (dims.length === 1) {
    for (const channels of [1, 3]) {
      const side = Math.sqrt(dims[0]! / channels);
      if (Number.isInteger(side) && side > 1) propose([side, side, channels]);
    }
  }
  if (dims.length === 2) propose([...dims, 1]);
  return proposals;
}

/** Ways to see something else as a sequence: numbers one by one, an image row by row. */
export function reshapeToSequence(port: string, fact: TensorFact): readonly Proposal[] {
  const dims = knownDims(fact);
  if (!dims || fact.dtype !== 'float32') return [];
  const insert = (targetShape: readonly number[]): Proposal => ({
    kind: 'insert',
    port,
    type: 'reshape',
    config: { targetShape },
  });
  if (dims.length === 1) return [insert([dims[0]!, 1])];
  if (dims.length === 3) return [insert([dims[0]!, dims[1]! * dims[2]!])];
  return [];
}

// Fields

export const filters = (value: number) =>
  int(t('Filters', '卷积核数'), t('Number of output channels.', '输出通道数。'), value, {
    min: 1,
    max: 8192,
    sample: [1, 8],
  });

const kernelHelp = t('Cells that one output value sees.', '每个输出值所看到的范围。');
export const kernelSize1d = (value: number) =>
  int(t('Kernel size', '核大小'), kernelHelp, value, { min: 1, max: 512, sample: [1, 4] });
export const kernelSize2d = () =>
  ints(t('Kernel size', '核大小'), kernelHelp, [3, 3], {
    min: 1,
    max: 64,
    minLength: 2,
    maxLength: 2,
    sample: [1, 4],
  });

const stridesTitle = t('Strides', '步长');
const stridesHelp = t('Cells from one position to the next.', '相邻两个位置相隔的格数。');
export const strides1d = () => int(stridesTitle, stridesHelp, 1, { min: 1, max: 64, sample: [1, 3] });
export const strides2d = () =>
  ints(stridesTitle, stridesHelp, [1, 1], { min: 1, max: 64, minLength: 2, maxLength: 2, sample: [1, 3] });

const dilationTitle = t('Dilation', '空洞率');
const dilationHelp = t(
  'Distance between kernel cells; above 1 only with strides 1.',
  '核内相邻格的间距；大于 1 时步长须为 1。',
);
export const dilation1d = () =>
  int(dilationTitle, dilationHelp, 1, { min: 1, max: 256, sample: [1, 3], advanced: true });
export const dilation2d = () =>
  ints(dilationTitle, dilationHelp, [1, 1], {
    min: 1,
    max: 64,
    minLength: 2,
    maxLength: 2,
    sample: [1, 2],
    advanced: true,
  });

const paddingTitle = t('Padding', '填充');
const SAME = { value: 'same', title: t('same (keeps the size)', 'same（保持大小）') } as const;
const VALID = { value: 'valid', title: t('valid (no padding)', 'valid（不填充）') } as const;
const CAUSAL = { value: 'causal', title: t('causal (sees only the past)', 'causal（只看过去）') } as const;
const paddingHelp = t('What happens at the edges.', '边缘的处理方式。');
export const padding = (value: 'same' | 'valid') => choice(paddingTitle, paddingHelp, value, [SAME, VALID]);
export const paddingWithCausal = () => choice(paddingTitle, paddingHelp, 'same', [SAME, VALID, CAUSAL]);

export const biasField = () =>
  boolean(
    t('Bias', '偏置'),
    t('Adds a learned offset to each channel.', '为每个通道加上可学习的偏移。'),
    true,
    { advanced: true },
  );

const poolStridesHelp = t(
  'Cells from one window to the next; 0 = as large as the window.',
  '相邻窗口相隔的格数；0 表示与窗口相同。',
);
export const poolStrides1d = () => int(stridesTitle, poolStridesHelp, 0, { min: 0, max: 64, sample: [0, 3] });
export const poolStrides2d = () =>
  ints(stridesTitle, poolStridesHelp, [0, 0], {
    min: 0,
    max: 64,
    minLength: 2,
    maxLength: 2,
    sample: [0, 3],
  });

const poolHelp = t('Cells that are joined into one.', '合并为一格的范围。');
export const poolSize1d = () =>
  int(t('Pool size', '池化大小'), poolHelp, 2, { min: 1, max: 512, sample: [1, 4] });
export const poolSize2d = () =>
  ints(t('Pool size', '池化大小'), poolHelp, [2, 2], {
    min: 1,
    max: 64,
    minLength: 2,
    maxLength: 2,
    sample: [1, 4],
  });

/** Resolves the 0 of a pooling node's strides. */
export const poolStrides = (strides: readonly number[], size: readonly number[]): readonly number[] =>
  strides.map((stride, axis) => stride || size[axis]!);

/** `3×3`, with strides and dilation only where they are not one. */
export const times = (sizes: readonly number[]): string => sizes.join('×');
export const unlessOne = (label: string, sizes: readonly number[]): string =>
  sizes.every((size) => size === 1) ? '' : ` · ${label}${times(sizes)}`;

/** Keras allows a dilation above one only with strides of one, and so do all targets. */
export function dilationProblem(
  strides: number | readonly number[],
  dilation: number | readonly number[],
): NodeProblem | null {
  const largest = Math.max(...[dilation].flat());
  if (largest === 1 || Math.max(...[strides].flat()) === 1) return null;
  const ones = (field: number | readonly number[]) => (typeof field === 'number' ? 1 : field.map(() => 1));
  return {
    code: 'field-range',
    field: 'dilationRate',
    min: 1,
    max: 1,
    received: largest,
    proposals: [
      { kind: 'set', config: { dilationRate: ones(dilation) } },
      { kind: 'set', config: { strides: ones(strides) } },
    ],
  };
}
