/** Every node type, listed by hand in palette order: no registration by import side effect, no bundler magic in the core. */

import embedding from './attention/embedding';
import multiHeadAttention from './attention/multi-head-attention';
import positionalEmbedding from './attention/positional-embedding';
import transformerEncoder from './attention/transformer-encoder';
import averagePooling2d from './convolution/average-pooling-2d';
import conv1d from './convolution/conv-1d';
import conv2d from './convolution/conv-2d';
import depthwiseConv2d from './convolution/depthwise-conv-2d';
import globalAveragePooling from './convolution/global-average-pooling';
import globalMaxPooling from './convolution/global-max-pooling';
import maxPooling1d from './convolution/max-pooling-1d';
import maxPooling2d from './convolution/max-pooling-2d';
import separableConv2d from './convolution/separable-conv-2d';
import activation from './core/activation';
import dense from './core/dense';
import dropout from './core/dropout';
import flatten from './core/flatten';
import reshape from './core/reshape';
import type { NodeType } from './define-node';
import ensemble from './ensemble/ensemble';
import imageInput from './input/image-input';
import numbersInput from './input/numbers-input';
import sequenceInput from './input/sequence-input';
import tokensInput from './input/tokens-input';
import add from './merge/add';
import concatenate from './merge/concatenate';
import multiply from './merge/multiply';
import batchNormalization from './normalization/batch-normalization';
import layerNormalization from './normalization/layer-normalization';
import binaryOutput from './output/binary-output';
import classificationOutput from './output/classification-output';
import regressionOutput from './output/regression-output';
import taggingOutput from './output/tagging-output';
import gru from './recurrent/gru';
import lstm from './recurrent/lstm';
import simpleRnn from './recurrent/simple-rnn';

export const NODE_TYPES: readonly NodeType[] = [
  // input
  imageInput,
  numbersInput,
  tokensInput,
  sequenceInput,
  // core
  dense,
  activation,
  dropout,
  flatten,
  reshape,
  embedding,
  // convolution
  conv1d,
  conv2d,
  depthwiseConv2d,
  separableConv2d,
  maxPooling1d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling,
  globalMaxPooling,
  // recurrent
  simpleRnn,
  lstm,
  gru,
  // attention
  multiHeadAttention,
  positionalEmbedding,
  transformerEncoder,
  // normalization
  batchNormalization,
  layerNormalization,
  // merge
  add,
  multiply,
  concatenate,
  // ensemble
  ensemble,
  // output
  classificationOutput,
  binaryOutput,
  taggingOutput,
  regressionOutput,
];

const BY_TYPE = new Map(NODE_TYPES.map((type) => [type.type, type]));

export const nodeType = (type: string): NodeType | undefined => BY_TYPE.get(type);
