/** Sentences for files that were opened or imported, and for the browser's own storage. */
import type { FileProblemCode } from '../graph/file-problem';
import { type Text, t } from '../graph/text';

export const fileProblems: { readonly [C in FileProblemCode]: Text } = {
  'not-json': t(
    'This file is not readable JSON; reading stops at line {line}. It may be cut off.',
    '这个文件不是可读的 JSON，在第 {line} 行读不下去，可能不完整。',
  ),
  'not-weft': t(
    'This file is neither a Weft project nor a tfjs model.',
    '这个文件既不是 Weft 项目，也不是 tfjs 模型。',
  ),
  'newer-format': t(
    'A newer Weft saved this project (format {version}; this one reads up to {known}). Update Weft to open it.',
    '此项目由更新版本的 Weft 保存（格式 {version}，当前最高可读 {known}）。请更新 Weft 后再打开。',
  ),
  'unknown-version': t(
    'The project names no format version that exists: {version}.',
    '项目中的格式版本不存在：{version}。',
  ),
  'invalid-content': t(
    'The project is damaged at {path}: expected {expected}.',
    '项目在 {path} 处损坏：应为 {expected}。',
  ),
  'too-large': t(
    'The file has {megabytes} MB; at most {limit} MB can be opened.',
    '文件有 {megabytes} MB，最多只能打开 {limit} MB。',
  ),
  'graph-model': t(
    'This is a graph model: it is frozen for inference and has no layers to edit. Export it as a layers model instead.',
    '这是图模型：只用于推理，没有可编辑的层。请改为导出层模型（layers model）。',
  ),
  'no-topology': t('The file holds weights but no layers.', '文件里只有权重，没有层。'),
  'broken-topology': t(
    'Layer “{layer}” cannot be read: expected {expected}.',
    '无法读取层“{layer}”：应为 {expected}。',
  ),
  'weights-missing': t(
    'The weight file {file} is missing. Choose it together with model.json; the model opens untrained.',
    '缺少权重文件 {file}。请与 model.json 一起选择；模型将以未训练状态打开。',
  ),
  'weights-size': t(
    'The weight files hold {received} bytes, {expected} were expected. The model opens untrained.',
    '权重文件有 {received} 字节，应为 {expected} 字节。模型将以未训练状态打开。',
  ),
  'weights-type': t(
    'Weight “{weight}” is stored as {dtype}, which cannot be read. The model opens untrained.',
    '权重“{weight}”以 {dtype} 存储，无法读取。模型将以未训练状态打开。',
  ),
  'nothing-to-open': t(
    'There is no .json file to open among: {files}.',
    '其中没有可打开的 .json 文件：{files}。',
  ),
  'storage-full': t(
    'The browser’s storage is full. Export the project or remove others.',
    '浏览器存储空间已满。请导出项目，或删除其他项目。',
  ),
  'storage-unavailable': t(
    'This browser does not let the page store anything. Export the project to keep it.',
    '此浏览器不允许页面存储数据。请导出项目以保留它。',
  ),
  'storage-failed': t('Saving failed: {message}', '保存失败：{message}'),
  'project-missing': t('This project is gone.', '这个项目已不存在。'),
  'unknown-layer': t(
    'Layer “{layer}” is of class {className}, which Weft does not know. It is kept as it is, but cannot be trained.',
    '层“{layer}”的类型 {className} 不为 Weft 所知。它会原样保留，但无法训练。',
  ),
  'unsupported-setting': t(
    '“{key}” = {value} of layer “{layer}” is not supported here and was left out.',
    '层“{layer}”的“{key}” = {value} 不受支持，已忽略。',
  ),
  'opaque-setting': t(
    '“{key}” = {value} of layer “{layer}” has no counterpart here. The layer is kept as it is, but cannot be trained.',
    '层“{layer}”的“{key}” = {value} 在这里没有对应项。该层会原样保留，但无法训练。',
  ),
  'shared-layer': t(
    'Layer “{layer}” is used {uses} times with shared weights; here each use has its own.',
    '层“{layer}”以共享权重使用了 {uses} 次；这里每次使用都有各自的权重。',
  ),
  'input-size': t(
    'Input “{layer}” is {shape} in the file. Here the data set decides its size.',
    '输入“{layer}”在文件中的形状是 {shape}；在这里其大小由数据集决定。',
  ),
};
