// AssemblyScript (not TypeScript): everything the module exports. It imports tfjs's memory, has no data and no stack of its
// own in it, allocates nothing: every address is handed in by the kernels. Built by scripts/kernels/build.mjs.
export { gemm, gemmScratch } from './gemm';
export { segmentSum } from './rows';
export { col2im, depthwiseFilterGradient, depthwiseInputGradient, im2col, maxPoolGradient } from './windows';
