/** The model as stock tfjs stores it: `model.json` with topology and weights manifest, and one file of weights. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Tfjs } from '../nodes/define-node';
import type { BuiltModel } from './build-model';

export const WEIGHTS_FILE = 'model.weights.bin';

export interface TfjsFiles {
  readonly modelJson: string;
  readonly weights: ArrayBuffer;
}

/** `tf.loadLayersModel` of stock tfjs reads it back, unless a layer of ours (`Weft>…`) is in it. */
export async function exportTfjs(tf: Tfjs, model: BuiltModel): Promise<TfjsFiles> {
  let artifacts: tfjs.io.ModelArtifacts | undefined;
  await model.predictModel.save(
    tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { modelTopology, weightSpecs, weightData } = artifacts!;
  const json = {
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version_layers}`,
    convertedBy: 'Weft',
    modelTopology: asStock(modelTopology),
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
  };
  return {
    modelJson: JSON.stringify(json),
    weights: tf.io.CompositeArrayBuffer.join(weightData),
  };
}

/**
 * Our Dropout is stock Dropout with repeatable masks. When the model leaves it becomes that, and without our seed: stock tfjs
 * would draw the same mask at every step.
 */
function asStock(topology: unknown): unknown {
  return JSON.parse(JSON.stringify(topology), (_key, value) =>
    value?.class_name === 'Weft>Dropout'
      ? { ...value, class_name: 'Dropout', config: { ...value.config, seed: null } }
      : value,
  );
}
