/** Words of the dialogs: gallery, projects, upload, import, export, shortcuts, support matrix, settings. */
import { t } from '../graph/text';
import { defineMessages } from './catalogue';

export const dialogsMessages = defineMessages({
  close: t('Close', '关闭'),
  cancel: t('Cancel', '取消'),

  // gallery
  gallery: t('Gallery', '示例库'),
  galleryHint: t(
    'Each opens as a new project, ready to train. Your own work stays where it is.',
    '每个示例都会作为新项目打开，可直接训练；您已有的项目不受影响。',
  ),
  blank: t('Empty project', '空白项目'),
  blankSummary: t('An empty canvas for your own idea.', '从空白画布开始自己的构想。'),
  parameters: t('{count} parameters', '{count} 个参数'),
  nodes: t('{count} nodes', '{count} 个节点'),
  thumbnail: t('Graph of {title}', '{title} 的结构图'),

  // projects
  projects: t('Projects', '项目'),
  projectsHint: t('Saved in this browser on this device.', '保存在本机的浏览器中。'),
  noProjects: t(
    'Nothing saved yet. A project appears here with its first edit.',
    '尚无保存的项目。第一次编辑后会出现在这里。',
  ),
  newProject: t('New project', '新建项目'),
  current: t('open', '已打开'),
  rename: t('Rename {name}', '重命名 {name}'),
  projectName: t('Name of the project', '项目名称'),
  duplicate: t('Duplicate {name}', '复制 {name}'),
  remove: t('Delete {name}', '删除 {name}'),
  removeAsk: t('Delete “{name}” and its runs for good?', '永久删除“{name}”及其训练记录？'),
  removeYes: t('Delete', '删除'),
  untitled: t('Untitled', '未命名'),

  // upload
  upload: t('Add your own data', '添加自己的数据'),
  uploadPrivate: t('Files are read on this device and never leave it.', '文件只在本机读取，不会上传。'),
  dropTitle: t('Drop files here', '将文件拖到这里'),
  dropHint: t(
    'A table (CSV or TSV), a ZIP of images in one folder per class, or such a folder.',
    '表格（CSV 或 TSV）、按类别分文件夹的图像 ZIP，或这样的文件夹。',
  ),
  chooseFiles: t('Choose files', '选择文件'),
  chooseFolder: t('Choose a folder', '选择文件夹'),
  datasetTitle: t('Name', '名称'),
  imageSize: t('Store images at', '图像存储尺寸'),
  imageSizeAuto: t('their own size, at most 64×64', '原尺寸，最大 64×64'),
  separator: t('Separator', '分隔符'),
  separatorAuto: t('found automatically', '自动识别'),
  separatorComma: t('comma', '逗号'),
  separatorSemicolon: t('semicolon', '分号'),
  separatorTab: t('tab', '制表符'),
  separatorPipe: t('vertical bar', '竖线'),
  options: t('Options', '选项'),
  reading: t('Reading {files}', '正在读取 {files}'),
  readProgress: t('{share} read', '已读取 {share}'),
  filesCount: t('{count} files', '{count} 个文件'),
  uploadFailed: t('These files could not be used', '这些文件无法使用'),
  tryAgain: t('Try other files', '换其他文件'),
  uploadDone: t('{rows} rows and {columns} columns are ready.', '{rows} 行、{columns} 列已就绪。'),
  remarks: t('Worth knowing', '请注意'),
  predict: t('Column to predict', '要预测的列'),
  predictNone: t('Choose a column…', '请选择一列…'),
  predictHelp: t(
    'The output node is set to this column; you can change it at any time.',
    '输出节点会设置为此列，之后可随时更改。',
  ),
  useData: t('Use this data', '使用这些数据'),
  later: t('Keep for later', '稍后再用'),

  // import
  import: t('Import', '导入'),
  importHint: t(
    'A project file (.weft.json), or a TensorFlow.js layers model: model.json together with its weight files.',
    '项目文件（.weft.json），或 TensorFlow.js 分层模型：model.json 及其权重文件。',
  ),
  importing: t('Reading…', '正在读取…'),
  importedWith: t(
    'Opened as a new project. What could not be taken over as it was:',
    '已作为新项目打开。以下内容未能原样保留：',
  ),
  importFailed: t('Nothing was opened.', '未能打开。'),
  done: t('Done', '完成'),

  // export
  export: t('Export', '导出'),
  projectFile: t('Project file', '项目文件'),
  projectFileHelp: t(
    'Graph, settings and layout as readable JSON. Opens in Weft again; not the weights, not the data.',
    '以可读的 JSON 保存图、设置与布局，可再次在 Weft 中打开；不含权重与数据。',
  ),
  tfjs: t('TensorFlow.js model', 'TensorFlow.js 模型'),
  tfjsHelp: t(
    'A layers model for tf.loadLayersModel in any web page or Node.',
    '可在任意网页或 Node 中用 tf.loadLayersModel 加载的分层模型。',
  ),
  download: t('Download {file}', '下载 {file}'),
  asZip: t('One ZIP', '打包为 ZIP'),
  asFiles: t('Two files', '两个文件'),
  trainedWeights: t('With the trained weights of the last run.', '包含上次训练得到的权重。'),
  freshWeights: t(
    'Untrained: with fresh weights from the seed. Train first to export what was learned.',
    '未训练：权重由随机种子初始化。请先训练再导出学到的权重。',
  ),
  importedWeights: t(
    'With the weights that were imported, where they fit the layers.',
    '包含导入的权重（在与各层形状相符之处）。',
  ),
  staleWeights: t(
    'The graph has changed since the last run. If layers or wires changed, fresh weights are exported; train again to export learned ones.',
    '自上次训练以来图已修改。若层或连线有变化，将导出初始化权重；请重新训练以导出学到的权重。',
  ),
  exportBlocked: t(
    'The model cannot be exported until its problems are solved.',
    '需先解决模型中的问题才能导出。',
  ),
  exporting: t('Preparing…', '正在准备…'),
  exportedTrained: t('Saved {file} with trained weights.', '已保存 {file}，含训练后的权重。'),
  exportedFresh: t('Saved {file} with fresh weights.', '已保存 {file}，权重为初始值。'),
  exportedPartly: t(
    'Saved {file} with {kept} of {total} weight arrays as imported; the others are fresh.',
    '已保存 {file}：{total} 个权重数组中有 {kept} 个来自导入的模型，其余为初始值。',
  ),
  exportFailed: t('The export failed: {message}', '导出失败：{message}'),
  exported: t('Saved {file}.', '已保存 {file}。'),
  showMatrix: t('Which node works in which format?', '各节点支持哪些格式？'),

  // shortcuts
  shortcuts: t('Keyboard shortcuts', '键盘快捷键'),
  or: t('or', '或'),

  // matrix
  matrix: t('What each format supports', '各格式支持情况'),
  matrixHint: t('Generated from the node types themselves.', '由节点类型定义自动生成。'),
  matrixCaption: t('Support of every node in every export format', '各节点在各导出格式中的支持情况'),
  node: t('Node', '节点'),
  native: t('native', '原生'),
  custom: t('custom layer', '自定义层'),
  expansion: t('by expansion', '展开后支持'),
  unsupported: t('unsupported', '不支持'),
  undecided: t('not yet', '尚未支持'),
  filter: t('Filter nodes', '筛选节点'),

  // settings
  settings: t('Settings', '设置'),
  theme: t('Theme', '主题'),
  themeLight: t('Light', '浅色'),
  themeDark: t('Dark', '深色'),
  themeSystem: t('As the system', '跟随系统'),
  language: t('Language', '语言'),
  wires: t('Wires', '连线'),
  wiresBezier: t('Curved', '曲线'),
  wiresStep: t('Right-angled', '折线'),
  showShapes: t('Shapes on wires', '连线上显示形状'),
  showCosts: t('Cost on every node', '节点上显示开销'),
  snapToGrid: t('Snap to grid', '对齐网格'),
});
