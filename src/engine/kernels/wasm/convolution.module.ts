// AssemblyScript (not TypeScript): everything the convolution module exports: convolution, pooling, batch normalization. As in the
// base module, every address is handed in by the kernels.
export { convolve, convolveFilterGradient, gatedColumnSums, packFilter, padImage } from './convolve';
export { depthwise, depthwiseFilterSums, repeatChannels, sumChannels } from './depthwise';
export { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from './pooling';
export { batchMoments, batchNormalize, batchNormGradient, batchNormSums } from './batch-norm';
