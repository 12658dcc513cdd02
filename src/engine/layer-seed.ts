/**
 * The seed of one layer, from the run's seed and the plan id. It depends on nothing else, so adding a node or changing their
 * order leaves the initial weights of all others as they were. FNV-1a over the text, finished as in MurmurHash3 (every input
 * bit reaches every output bit). Never 0: tfjs takes 0 for "no seed".
 */
export function layerSeed(runSeed: number, planId: string): number {
  let hash = 0x811c9dc5;
  const text = `${runSeed}\u0000${planId}`;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0x7fffffff || 1;
}
