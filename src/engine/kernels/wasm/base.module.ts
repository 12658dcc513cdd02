// AssemblyScript (not TypeScript): everything the base module exports. It imports tfjs's memory, has no data and no stack of its
// own in it, allocates nothing: every address is handed in by the kernels. Built by scripts/kernels/build.mjs.
export { activate, activationGradient } from './activation';
export { denseForward } from './dense';
export { dropout } from './dropout';
export { erf, exp, leakyRelu, log, rsqrt, select, selu, softplus, sqrt, tanh } from './elements';
export { gemm, gemmBatch, gemmScratch } from './gemm';
export {
  sigmoidCrossEntropy, sigmoidCrossEntropyGradient, softmaxCrossEntropy, softmaxCrossEntropyGradient,
} from './losses';
export { adagrad, adam, momentum, rmsprop, sgd } from './optimizers';
export {
  broadcastColumn, broadcastRow, columnSums, compareColumn, compareRow, copyRows, rowSums, segmentSum,
} from './rows';
