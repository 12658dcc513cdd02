// AssemblyScript (not TypeScript): what the attention module exports: the parts of a transformer that are no plain product.
export { attentionBackward, attentionForward, attentionScratch } from './attention';
export { layerNorm, layerNormGradient } from './layer-norm';
export { pointwise } from './pointwise';
export { softmaxGradient, softmaxRows } from './softmax';
