/** Words of the check before a run: what was measured, what does not fit, what a node costs and how it fares. */
import { t } from '../graph/text';
import { defineMessages } from './catalogue';

export const preflightMessages = defineMessages({
  measuring: t('Measuring…', '正在实测…'),
  measuringHelp: t(
    'A few real steps on each backend show which one is fastest and how much memory the run takes.',
    '在每个计算后端上试跑几步，以确定哪个最快、需要多少内存。',
  ),
  cancel: t('Cancel', '取消'),
  measuredTitle: t('Measured before the run', '训练前实测'),
  summary: t(
    '{backend}: {step} per step, {epoch} per epoch, {memory} at peak',
    '{backend}：每步 {step}，每轮 {epoch}，内存峰值 {memory}',
  ),
  table: t('Backends measured', '计算后端实测'),
  backend: t('Backend', '计算后端'),
  step: t('Step', '每步'),
  speed: t('Samples/s', '样本/秒'),
  memory: t('Peak memory', '内存峰值'),
  outcome: t('Outcome', '结果'),
  predicted: t('{memory} predicted', '预计 {memory}'),
  chosen: t('used', '采用'),
  slower: t('slower', '较慢'),
  estimated: t('estimated from small batches', '由小批次估计'),
  tooLarge: t('does not fit in {limit}', '超出 {limit} 的上限'),
  notTried: t('not tried: cannot be faster here', '未试：此处不会更快'),
  notAsked: t('not tried', '未试'),
  noAdapter: t('not on this device', '此设备不支持'),
  software: t('in software, slower than wasm ({detail})', '软件模拟，比 wasm 慢（{detail}）'),
  failed: t('failed: {detail}', '失败：{detail}'),
  tooLargeBatch: t(
    'A batch of {batch} would take {need}, and {limit} can be had here. Batches of {size} fit.',
    '批大小 {batch} 需要约 {need} 内存，而这里只有 {limit} 可用。批大小 {size} 可以放下。',
  ),
  setBatch: t('Set batch size to {size}', '将批大小设为 {size}'),
  cannotFit: t(
    'This model does not fit in the {limit} that can be had here, whatever the batch size. “{node}” takes the most: {bytes} with gradients and optimizer. Make it smaller.',
    '无论批大小如何，该模型都超出此处可用的 {limit} 内存。“{node}”占用最多：连同梯度和优化器共 {bytes}。请将其缩小。',
  ),
  showNode: t('Show the node', '查看该节点'),
  refused: t('Not started', '未开始训练'),
  dismiss: t('Dismiss', '关闭'),
  nativeOff: t(
    'The fast kernels are not in use on this device, training is several times slower: {reason}.',
    '此设备无法使用快速内核，训练会慢数倍：{reason}。',
  ),
});

export const healthMessages = defineMessages({
  cost: t('{time} · {memory}', '{time} · {memory}'),
  costOf: t(
    'Measured: forward {forward}, backward {backward} per step; {memory} kept for the backward pass; {share} of the time of all nodes',
    '实测：每步前向 {forward}，反向 {backward}；为反向保留 {memory}；占全部节点用时的 {share}',
  ),
  title: t('In training', '训练情况'),
  measured: t('Measured', '实测'),
  exploding: t(
    'Exploding gradients: their norm is {figure}. Lower the learning rate, clip the gradients or normalise before this node.',
    '梯度爆炸：范数为 {figure}。请降低学习率、裁剪梯度，或在该节点前做归一化。',
  ),
  vanishing: t(
    'Vanishing gradients: their norm is {figure}, ten thousand times smaller than nearer to the loss. Use ReLU, normalisation or a shortcut.',
    '梯度消失：范数为 {figure}，比靠近损失的层小一万倍以上。可使用 ReLU、归一化或跳跃连接。',
  ),
  dead: t(
    'Dead units: {figure} give zero for the whole batch, and no gradient comes through them. Lower the learning rate, or use Leaky ReLU or ELU.',
    '失活单元：{figure} 的单元对整个批次输出为零，梯度无法通过。请降低学习率，或改用 Leaky ReLU、ELU。',
  ),
  saturated: t(
    'Saturated: {figure} of the values are at the ends of the activation, where its gradient is nearly zero. Normalise before this node or start with smaller weights.',
    '饱和：{figure} 的值处于激活函数两端，梯度几乎为零。请在该节点前做归一化，或使用更小的初始权重。',
  ),
  explodingShort: t('exploding', '梯度爆炸'),
  vanishingShort: t('vanishing', '梯度消失'),
  deadShort: t('{figure} dead', '{figure} 失活'),
  saturatedShort: t('{figure} saturated', '{figure} 饱和'),
  sentence: t('{node}: {sentence}', '{node}：{sentence}'),
  atStep: t('at step {step}', '第 {step} 步'),
  gradientNorm: t('Gradient norm', '梯度范数'),
  weightNorm: t('Weight norm', '权重范数'),
  updateRatio: t('Update ÷ weights', '更新 ÷ 权重'),
  activations: t('Output mean ± deviation', '输出均值 ± 标准差'),
  deadShare: t('Dead units', '失活单元'),
  saturatedShare: t('Saturated values', '饱和的值'),
  forward: t('Forward', '前向'),
  backward: t('Backward', '反向'),
  kept: t('Kept for backward', '为反向保留'),
});

/** Where a loss that is not a number came from; `{place}` = epoch and step, `{node}` = the first node that it concerns. */
export const nonFiniteMessages = defineMessages({
  data: t(
    'The data of “{node}” has values that are not numbers, in the batch of epoch {epoch}, step {step}.',
    '第 {epoch} 轮第 {step} 步的批次中，“{node}”的数据含有非数值。',
  ),
  weights: t(
    'The weights of “{node}” were not finite to begin with.',
    '“{node}”的权重从一开始就不是有限值。',
  ),
  gradients: t(
    'The loss stopped being a number in epoch {epoch}, step {step}: the gradients of “{node}” went out of range and took its weights with them. The learning rate is probably too high.',
    '在第 {epoch} 轮第 {step} 步，损失不再是有效数字：“{node}”的梯度溢出，并使其权重失效。学习率可能过高。',
  ),
  activations: t(
    'The loss stopped being a number in epoch {epoch}, step {step}: the output of “{node}” was the first to go out of range, with all weights still finite. The learning rate is probably too high.',
    '在第 {epoch} 轮第 {step} 步，损失不再是有效数字：“{node}”的输出最先溢出，而所有权重仍为有限值。学习率可能过高。',
  ),
  loss: t(
    'The loss stopped being a number in epoch {epoch}, step {step}: all outputs up to “{node}” are finite, the loss of them is not. The learning rate is probably too high.',
    '在第 {epoch} 轮第 {step} 步，损失不再是有效数字：直到“{node}”的输出都是有限值，由其得出的损失却不是。学习率可能过高。',
  ),
  clip: t('Clip gradients to norm {limit}', '将梯度裁剪到范数 {limit}'),
  normalize: t('Insert {type} before “{node}”', '在“{node}”前插入{type}'),
  scale: t('Standardise the columns of “{node}”', '将“{node}”的列标准化'),
  standardise: t('Standardise the target of “{node}”', '将“{node}”的目标标准化'),
});
