/** What each data problem says: what is wrong or was done, and what to do about it. Facts fill the `{places}`. */
import { defineMessages } from './catalogue';

export const dataProblems = defineMessages({
  'no-files': {
    en: 'There is no file here. Drop a table, a ZIP or folders of images.',
    zh: '这里没有文件。请拖入表格、ZIP 或图像文件夹。',
  },
  'file-too-large': {
    en: '{file} has {megabytes} MB; up to {limit} MB can be read. Use a part of it.',
    zh: '{file} 有 {megabytes} MB，最多可读取 {limit} MB。请只用其中一部分。',
  },
  'file-unreadable': {
    en: '{file} could not be read. It may have been moved or changed since it was chosen.',
    zh: '无法读取 {file}。选择之后它可能被移动或修改过。',
  },
  'empty-file': { en: '{file} is empty.', zh: '{file} 是空的。' },
  'not-a-table': {
    en: '{file} is not a text table; its content looks like {found}. Save it as CSV and try again.',
    zh: '{file} 不是文本表格，内容看起来是 {found}。请另存为 CSV 再试。',
  },
  'several-tables': {
    en: '{count} tables were given ({files}). A data set is made from one table: choose one.',
    zh: '提供了 {count} 个表格（{files}）。一个数据集只能来自一个表格，请选择其中一个。',
  },
  'zip-damaged': {
    en: '{file} cannot be unpacked. It may be incomplete: download or pack it again.',
    zh: '{file} 无法解压，可能不完整。请重新下载或打包。',
  },
  'zip-too-large': {
    en: '{file} unpacks to {megabytes} MB; up to {limit} MB can be read. Use a part of it.',
    zh: '{file} 解压后有 {megabytes} MB，最多可读取 {limit} MB。请只用其中一部分。',
  },
  cancelled: { en: 'The import was cancelled. Nothing was stored.', zh: '导入已取消，没有保存任何内容。' },
  'encoding-fallback': {
    en: '{file} is not UTF-8; it was read as {encoding}. If letters look wrong, save it as UTF-8.',
    zh: '{file} 不是 UTF-8，已按 {encoding} 读取。如果文字显示有误，请另存为 UTF-8。',
  },
  'damaged-text': {
    en: '{count} characters of {file} are damaged; they show as �.',
    zh: '{file} 中有 {count} 个字符已损坏，显示为 �。',
  },
  'one-column': {
    en: '{file} has only one column. Separators tried: {tried}. Its first line is “{line}”.',
    zh: '{file} 只有一列。已尝试的分隔符：{tried}。首行为“{line}”。',
  },
  'no-rows': { en: '{file} has a header and no rows below it.', zh: '{file} 只有表头，下面没有数据行。' },
  'too-many-columns': {
    en: 'The table has {columns} columns; up to {limit} can be used.',
    zh: '表格有 {columns} 列，最多可用 {limit} 列。',
  },
  'ragged-table': {
    en: '{count} of {total} rows do not have {expected} cells (rows {rows}). Separator used: {separator}. Choose another separator or repair the file.',
    zh: '{total} 行中有 {count} 行不是 {expected} 个单元格（第 {rows} 行）。使用的分隔符：{separator}。请换用其他分隔符或修复文件。',
  },
  'no-usable-column': {
    en: '{file} has no column left to learn from besides the target.',
    zh: '{file} 除目标列之外没有可供学习的列。',
  },
  'target-missing': {
    en: 'There is no column “{column}”. Columns: {columns}.',
    zh: '没有名为“{column}”的列。现有列：{columns}。',
  },
  'ragged-rows': {
    en: '{count} rows do not have {expected} cells (rows {rows}). Missing cells were left empty, extra cells dropped.',
    zh: '{count} 行不是 {expected} 个单元格（第 {rows} 行）。缺少的单元格留空，多余的已丢弃。',
  },
  'stray-quotes': {
    en: 'Quotation marks do not pair up (first in row {row}). They were read as part of the text.',
    zh: '引号不成对（最早出现在第 {row} 行），已按普通文字读取。',
  },
  'open-quote': {
    en: 'A quotation mark in row {row} is never closed: all that follows was read as one cell.',
    zh: '第 {row} 行的引号没有闭合：其后的内容都被读作一个单元格。',
  },
  'no-header': {
    en: 'The first row holds values, not names. Columns were named {columns}.',
    zh: '首行是数据而不是列名。各列已命名为 {columns}。',
  },
  'renamed-columns': {
    en: 'Empty or repeated column names were replaced: {columns}.',
    zh: '空的或重复的列名已替换：{columns}。',
  },
  'empty-column': { en: 'Column “{column}” is empty and was left out.', zh: '列“{column}”为空，已略去。' },
  'constant-column': {
    en: 'Column “{column}” has a single value ({value}); nothing can be learned from it.',
    zh: '列“{column}”只有一个值（{value}），无法从中学习。',
  },
  'identifier-column': {
    en: 'Column “{column}” looks like an identifier: different in every row. It is kept as text and not used as a number.',
    zh: '列“{column}”像是编号：每行都不同。已作为文本保留，不作为数值使用。',
  },
  'decimal-comma': {
    en: 'A comma was read as the decimal mark in: {columns}.',
    zh: '以下列中的逗号按小数点读取：{columns}。',
  },
  'not-numbers': {
    en: '{count} cells of “{column}” are not numbers (such as “{example}”) and count as missing.',
    zh: '“{column}”中有 {count} 个单元格不是数字（例如“{example}”），按缺失值处理。',
  },
  'rare-classes': {
    en: '{classes} classes of “{column}” occur only once; they cannot be in both training and test rows.',
    zh: '“{column}”中有 {classes} 个类别只出现一次，无法同时出现在训练行和测试行中。',
  },
  'time-series': {
    en: 'Rows are ordered in time by “{order}”: the newest rows validate and test.',
    zh: '各行按“{order}”的时间顺序排列：最新的行用于验证和测试。',
  },
  'time-series-groups': {
    en: 'Rows are ordered in time by “{order}” within each “{group}”: the newest rows of each validate and test.',
    zh: '各行在每个“{group}”内按“{order}”的时间顺序排列：每组最新的行用于验证和测试。',
  },
  'no-images': {
    en: 'Among {files} files there is neither a table (CSV, TSV) nor an image (PNG, JPEG, GIF, BMP, WebP, AVIF).',
    zh: '{files} 个文件中既没有表格（CSV、TSV），也没有图像（PNG、JPEG、GIF、BMP、WebP、AVIF）。',
  },
  'too-few-classes': {
    en: 'Images need at least two folders, one per class; found {classes} ({found}).',
    zh: '图像至少需要两个文件夹，每类一个；找到 {classes} 个（{found}）。',
  },
  'no-readable-image': {
    en: 'None of the {count} images could be decoded.',
    zh: '{count} 张图像均无法解码。',
  },
  'too-many-pixels': {
    en: '{images} images at {height}×{width} need {megabytes} MB; up to {limit} MB fit. Choose a smaller image size or fewer images.',
    zh: '{images} 张 {height}×{width} 的图像需要 {megabytes} MB，最多 {limit} MB。请选择更小的图像尺寸或减少图像。',
  },
  'images-without-folder': {
    en: '{count} images lie in no class folder and were left out: {files}.',
    zh: '{count} 张图像不在任何类别文件夹中，已略去：{files}。',
  },
  'damaged-images': {
    en: '{count} images could not be decoded and were left out: {files}.',
    zh: '{count} 张图像无法解码，已略去：{files}。',
  },
  'skipped-files': {
    en: '{count} other files were left out: {files}.',
    zh: '已略去 {count} 个其他文件：{files}。',
  },
  'images-resized': {
    en: '{count} images were resized to {height}×{width}.',
    zh: '{count} 张图像已缩放到 {height}×{width}。',
  },
  'column-missing': { en: 'The data set has no column “{column}”.', zh: '数据集中没有列“{column}”。' },
  'column-kind': {
    en: 'Column “{column}” is of kind {received}; the model needs {expected}.',
    zh: '列“{column}”的类型是 {received}，模型需要 {expected}。',
  },
  'not-sequential': {
    en: 'The rows of this data set have no order in time, so no windows and no forecasts can be made from them.',
    zh: '此数据集的行没有时间顺序，无法取窗口或做预测。',
  },
  'too-few-rows': {
    en: 'Only {rows} rows can be used; at least {needed} are needed for training, validation and test.',
    zh: '只有 {rows} 行可用；训练、验证和测试至少需要 {needed} 行。',
  },
  'window-too-long': {
    en: 'A window of {window} rows with a horizon of {horizon} leaves too few of {rows} rows. Shorten the window.',
    zh: '窗口 {window} 行、预测步长 {horizon}，使 {rows} 行中可用的行太少。请缩短窗口。',
  },
  'tags-need-words': {
    en: 'The tags in “{column}” stand for words: the model needs a token input at word level.',
    zh: '“{column}”中的标签对应单词：模型需要按词切分的文本输入。',
  },
  'missing-imputed': {
    en: '{count} missing values in {columns} were filled with the mean of the training rows.',
    zh: '{columns} 中的 {count} 个缺失值已用训练行的平均值填充。',
  },
  'rows-without-target': {
    en: '{count} rows have no value in “{column}” and were left out.',
    zh: '{count} 行在“{column}”中没有值，已略去。',
  },
  'tags-mismatch': {
    en: '{count} rows have more or fewer tags in “{column}” than words and were left out.',
    zh: '{count} 行在“{column}”中的标签数与单词数不一致，已略去。',
  },
  'unknown-class': {
    en: '{count} rows have a class in “{column}” that the model does not know and were left out.',
    zh: '{count} 行在“{column}”中的类别是模型不认识的，已略去。',
  },
  'one-class': {
    en: 'All training rows have the same class “{class}” in “{column}”; there is nothing to tell apart.',
    zh: '所有训练行在“{column}”中都是同一类别“{class}”，没有可区分的内容。',
  },
  'dataset-missing': {
    en: 'The data set “{id}” is not on this device. Import it again or choose another.',
    zh: '此设备上没有数据集“{id}”。请重新导入或选择其他数据集。',
  },
  'download-failed': {
    en: '{file} could not be loaded. Check the connection and try again.',
    zh: '无法加载 {file}。请检查网络后重试。',
  },
  'dataset-damaged': {
    en: 'The files of the data set “{id}” are damaged. Reload the page or import it again.',
    zh: '数据集“{id}”的文件已损坏。请刷新页面或重新导入。',
  },
  'storage-full': {
    en: 'The browser has no space left to store the data set. Remove one that is no longer needed.',
    zh: '浏览器没有足够空间保存数据集。请删除不再需要的数据集。',
  },
  'storage-unavailable': {
    en: 'The browser does not let this page store data (a private window, or storage is switched off).',
    zh: '浏览器不允许此页面保存数据（隐私窗口，或存储已关闭）。',
  },
  'storage-failed': {
    en: 'The browser could not store the data set: {message}.',
    zh: '浏览器无法保存数据集：{message}。',
  },
});
