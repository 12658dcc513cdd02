// AssemblyScript (not TypeScript): everything the base module exports. It imports tfjs's memory, has no data and no stack of its
// own in it, allocates nothing: every address is handed in by the kernels. Built by scripts/kernels/build.mjs.
export { adam, erf, exp, tanh } from './elements';
export { gemm, gemmScratch } from './gemm';
export { broadcastColumn, broadcastRow, columnSums, copyRows, rowSums, segmentSum } from './rows';
export {
  avgPoolGradient, col2im, depthwiseFilterGradient, depthwiseInputGradient, im2col, maxPoolGradient,
} from './windows';
