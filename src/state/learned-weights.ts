/** Weights that a project has besides fresh ones: of its last finished run, and of the model that it was imported from. */
import type { ModelPlan } from '../compile/plan';
import type { Meaning } from '../graph/document';
import { weightsForPlan } from '../targets/tfjs/weights-for-plan';
import type { GivenWeights, NamedWeight, TrainedModel } from '../worker/protocol';
import { sameModel } from './run-state';

export class LearnedWeights {
  /** What was trained, and on what. */
  trained: { readonly meaning: Meaning; readonly model: TrainedModel } | null = null;
  /** Named by node; a promise, because training may be asked for while they are still being read. */
  imported: Promise<readonly NamedWeight[]> = Promise.resolve([]);

  /** What the import left for this plan; null when nothing did. */
  async importedFor(plan: ModelPlan): Promise<GivenWeights | null> {
    const weights = weightsForPlan(plan, await this.imported);
    return weights.length > 0 ? { weights } : null;
  }

  /** What a new run starts from, where that is not fresh weights. */
  async toStart(plan: ModelPlan, from: 'fresh' | 'last'): Promise<GivenWeights | null> {
    if (from === 'last' && this.trained) return { weights: this.trained.model.weights };
    return this.importedFor(plan);
  }

  /** What a document is exported with: the finished run of the same network, else what was imported. */
  async toExport(plan: ModelPlan, meaning: Meaning): Promise<GivenWeights | null> {
    if (this.trained && sameModel(this.trained.meaning, meaning)) return this.trained.model;
    return this.importedFor(plan);
  }
}
