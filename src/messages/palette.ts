/** Words of the node palette and of the search that opens on the canvas. */
import { defineMessages } from './catalogue';

export const paletteMessages = defineMessages({
  search: { en: 'Search nodes', zh: '搜索节点' },
  searchHint: { en: 'Drag onto the canvas, or press Enter to add.', zh: '拖到画布上，或按 Enter 添加。' },
  nothingFound: { en: 'No node is called “{query}”.', zh: '没有名为“{query}”的节点。' },
  nothingFoundHint: {
    en: 'Try a field term such as conv, lstm, attention or dropout.',
    zh: '试试领域术语，例如 conv、lstm、注意力、dropout。',
  },
  clearSearch: { en: 'Clear the search', zh: '清除搜索' },
  results: { en: '{count} nodes', zh: '{count} 个节点' },
  added: { en: 'Added {node}.', zh: '已添加{node}。' },
  addedAfter: { en: 'Added {node} after {before}.', zh: '已在{before}之后添加{node}。' },
  addNode: { en: 'Add a node', zh: '添加节点' },
  fitsPort: { en: 'Nodes that fit {port}', zh: '可接“{port}”的节点' },
  nothingFits: { en: 'No node fits this wire.', zh: '没有适合这条连线的节点。' },
  familyInput: { en: 'Input', zh: '输入' },
  familyCore: { en: 'Core', zh: '基础' },
  familyConvolution: { en: 'Convolution', zh: '卷积' },
  familyRecurrent: { en: 'Recurrent', zh: '循环' },
  familyAttention: { en: 'Attention', zh: '注意力' },
  familyNormalization: { en: 'Normalization', zh: '归一化' },
  familyMerge: { en: 'Merge and reshape', zh: '合并与变形' },
  familyEnsemble: { en: 'Ensemble', zh: '集成' },
  familyOutput: { en: 'Output', zh: '输出' },
  familyUnknown: { en: 'Unknown', zh: '未知' },
});
