/** Every node type, listed by hand in palette order: no registration by import side effect, no bundler magic in the core. */
import dense from './core/dense';
import type { NodeType } from './define-node';
import imageInput from './input/image-input';
import classificationOutput from './output/classification-output';

export const NODE_TYPES: readonly NodeType[] = [
  // input
  imageInput,
  // core
  dense,
  // output
  classificationOutput,
];

const BY_TYPE = new Map(NODE_TYPES.map((type) => [type.type, type]));

export const nodeType = (type: string): NodeType | undefined => BY_TYPE.get(type);
