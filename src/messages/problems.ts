/** Sentences for problems in the user's graph: what is wrong, why, what to do. One per code; a new code does not compile without one. */
import type { ProblemCode } from '../graph/diagnostic';
import type { ColumnKind } from '../graph/schema';
import type { Flow } from '../graph/shape';
import type { Text } from '../graph/text';
import { defineMessages } from './catalogue';

export const PROBLEMS: { readonly [C in ProblemCode]: Text } = {
  'empty-graph': {
    en: 'The canvas is empty. Add an input to begin.',
    zh: '画布是空的。先添加一个输入节点。',
  },
  'no-input': {
    en: 'There is no input. Add one that fits your data.',
    zh: '还没有输入节点。请添加一个与数据相符的输入。',
  },
  'no-output': {
    en: 'There is no output. Add one to say what to predict.',
    zh: '还没有输出节点。请添加一个，说明要预测什么。',
  },
  'no-dataset': {
    en: 'No data is chosen. Pick a data set to train.',
    zh: '尚未选择数据。请选择一个数据集再训练。',
  },
  cycle: {
    en: 'These nodes form a circle: {nodes}. Data must flow one way; remove one wire.',
    zh: '这些节点连成了环：{nodes}。数据只能单向流动，请删掉一条连线。',
  },
  'unknown-node-type': {
    en: 'This version does not know the node type “{type}”. It is kept as it is, but cannot be trained.',
    zh: '此版本不认识节点类型“{type}”。节点会原样保留，但无法训练。',
  },
  'newer-node-version': {
    en: '“{type}” was saved by a newer version (format {version}; known: {known}). Update Weft to use it.',
    zh: '“{type}”由更新的版本保存（格式 {version}，已知 {known}）。请更新 Weft。',
  },
  'missing-input': { en: 'Nothing is connected to “{port}”.', zh: '“{port}”没有连接。' },
  'too-many-edges': {
    en: '“{port}” takes one wire only. Remove the others, or join them with Concatenate or Add.',
    zh: '“{port}”只能接一条线。请删掉多余的，或用 Concatenate 或 Add 合并。',
  },
  'unknown-port': { en: 'There is no port “{port}” on this node.', zh: '此节点没有端口“{port}”。' },
  'dangling-edge': { en: 'This wire ends at a node that is gone.', zh: '这条线连着一个已不存在的节点。' },
  'unused-output': {
    en: 'Nothing uses this node, so it does not take part in training.',
    zh: '没有节点使用它的输出，因此它不参与训练。',
  },
  'cannot-bypass': {
    en: 'This node cannot be bypassed: it has no single input to pass on.',
    zh: '此节点不能旁路：没有可直接传递的输入。',
  },
  'field-type': {
    en: '{field} must be {expected}; it is {received}.',
    zh: '{field} 应为 {expected}，现在是 {received}。',
  },
  'field-range': {
    en: '{field} must be {range}; it is {received}.',
    zh: '{field} 应{range}，现在是 {received}。',
  },
  'field-choice': {
    en: '{field} must be one of {options}; it is {received}.',
    zh: '{field} 应为 {options} 之一，现在是 {received}。',
  },
  'column-missing': { en: 'The data has no column “{column}”.', zh: '数据中没有名为“{column}”的列。' },
  'column-kind': {
    en: 'Column “{column}” holds {received}; this node needs {expected}.',
    zh: '列“{column}”是{received}，而此节点需要{expected}。',
  },
  'no-column': {
    en: 'The data has no column of {expected} that this node could use.',
    zh: '数据中没有此节点可用的{expected}列。',
  },
  'not-sequential': {
    en: 'The rows of this data have no order in time, so no window can be cut.',
    zh: '这份数据的行没有时间顺序，无法截取窗口。',
  },
  'target-leak': {
    en: 'The input contains “{column}”, the very column to predict. The model would only copy it.',
    zh: '输入里包含要预测的列“{column}”。模型只会照抄它。',
  },
  'wrong-flow': {
    en: '{node} needs {expected} at “{port}”; it gets {received} of {shape}.',
    zh: '{node} 的“{port}”需要{expected}，收到的却是 {shape} 的{received}。',
  },
  'wrong-rank': {
    en: '{node} needs {expected} at “{port}”; it gets {shape}.',
    zh: '{node} 的“{port}”需要{expected}，收到的是 {shape}。',
  },
  'shape-mismatch': {
    en: '{node} needs inputs of equal shape; it gets {shapes}.',
    zh: '{node} 的各输入形状必须相同，现在是 {shapes}。',
  },
  'axis-mismatch': {
    en: 'The inputs of {node} differ outside axis {axis}: {shapes}.',
    zh: '{node} 的各输入在第 {axis} 轴之外也不相同：{shapes}。',
  },
  'size-mismatch': {
    en: '{from} holds {fromSize} values, {to} needs {toSize}.',
    zh: '{from} 有 {fromSize} 个值，而 {to} 需要 {toSize} 个。',
  },
  'window-too-large': {
    en: 'A window of {window} does not fit into {shape}. Use a smaller one, or padding “same”.',
    zh: '{window} 的窗口放不进 {shape}。请改小，或使用 same 填充。',
  },
  'not-divisible': {
    en: '{field} = {value} does not divide {by} evenly.',
    zh: '{by} 不能被 {field} = {value} 整除。',
  },
  'classes-mismatch': {
    en: 'The target has {expected} classes, but {received} scores arrive.',
    zh: '目标有 {expected} 个类别，但收到 {received} 个分数。',
  },
  'needs-tokens': {
    en: '{node} needs token ids; it gets {shape} of numbers.',
    zh: '{node} 需要词元编号，收到的是 {shape} 的数值。',
  },
  'vocabulary-too-small': {
    en: 'The vocabulary has {vocabulary} rows, but the tokens go up to {cardinality}.',
    zh: '词表只有 {vocabulary} 行，而词元编号多达 {cardinality}。',
  },
  'too-few-rows': {
    en: 'The data has {rows} rows; at least {needed} are needed.',
    zh: '数据只有 {rows} 行，至少需要 {needed} 行。',
  },
  'unknown-optimizer': {
    en: 'This version does not know the optimizer “{type}”.',
    zh: '此版本不认识优化器“{type}”。',
  },
  'unknown-schedule': {
    en: 'This version does not know the learning-rate schedule “{type}”.',
    zh: '此版本不认识学习率调度“{type}”。',
  },
  'monitor-missing': {
    en: 'Nothing called “{monitor}” will be measured. There will be: {columns}.',
    zh: '不会有名为“{monitor}”的指标。可用的有：{columns}。',
  },
  'loss-target': {
    en: 'The loss “{loss}” does not fit a target of {target}.',
    zh: '损失“{loss}”不适用于{target}目标。',
  },
};

export const FLOW_WORDS: { readonly [F in Flow]: Text } = {
  image: { en: 'an image (height × width × channels)', zh: '图像（高 × 宽 × 通道）' },
  sequence: { en: 'a sequence (time × features)', zh: '序列（时间 × 特征）' },
  tokens: { en: 'token ids', zh: '词元编号' },
  vector: { en: 'a vector', zh: '向量' },
  scores: { en: 'scores', zh: '分数' },
};

export const COLUMN_WORDS: { readonly [K in ColumnKind]: Text } = {
  image: { en: 'images', zh: '图像' },
  number: { en: 'numbers', zh: '数值' },
  category: { en: 'categories', zh: '类别' },
  text: { en: 'text', zh: '文本' },
  tags: { en: 'tags per word', zh: '逐词标签' },
};

export const PROBLEM_WORDS = defineMessages({
  or: { en: ' or ', zh: '或' },
  rank: { en: '{ranks} axes (batch included)', zh: '{ranks} 个轴（含批次）' },
  between: { en: 'between {min} and {max}', zh: '在 {min} 到 {max} 之间' },
  atLeast: { en: 'at least {min}', zh: '不小于 {min}' },
  atMost: { en: 'at most {max}', zh: '不大于 {max}' },
  unknown: { en: 'an unknown shape', zh: '未知形状' },
});

export const FIX_WORDS = defineMessages({
  insert: { en: 'Insert {type}{detail}', zh: '插入 {type}{detail}' },
  setField: { en: 'Set {title} to {value}', zh: '把{title}设为 {value}' },
  removeEdge: { en: 'Remove the wire', zh: '删除连线' },
  removeNode: { en: 'Remove the node', zh: '删除节点' },
  connect: { en: 'Connect {from}', zh: '连接 {from}' },
  addNode: { en: 'Add {type}', zh: '添加 {type}' },
});
