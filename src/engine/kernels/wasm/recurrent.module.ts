// AssemblyScript (not TypeScript): the recurrent layers, each over its whole sequence. See base.module.ts for the rules of a module.
export { recurrentBackward, recurrentBackwardScratch, recurrentForward, recurrentForwardScratch } from './recurrent-sequence';
