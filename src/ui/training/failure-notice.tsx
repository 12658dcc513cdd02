/** Why a run failed and what helps: one sentence, one or two buttons that do it. */

import { nodeTitle } from '../../compile/describe';
import { describeDataProblem } from '../../data/describe';
import type { FailureCause } from '../../engine/run-event';
import { type NodeId, nodeId } from '../../graph/document';
import { nonFiniteMessages } from '../../messages/preflight';
import { trainingMessages as words } from '../../messages/training';
import { optimizerType } from '../../nodes/training-index';
import { useDocument } from '../../state/document-store';
import { useRun } from '../../state/run-store';
import { useView } from '../../state/view-store';
import { type Say, useLocale, useText } from '../i18n';
import problems from '../problems/problems.module.css';
import { nonFiniteRemedies } from './non-finite-remedies';
import css from './training.module.css';

interface Remedy {
  readonly label: string;
  run(): void;
}

export function FailureNotice() {
  const text = useText();
  const failure = useRun((state) => state.failure);
  const sentence = useFailureSentence();
  const remedies = useRemedies();
  if (!failure) return null;
  return (
    <div className={`${css.notice} ${css.failed}`} role="alert">
      <p>
        <strong>{text(words.failed)}.</strong> {sentence(failure)}
      </p>
      {remedies(failure).map((remedy) => (
        <button key={remedy.label} type="button" className={problems.fix} onClick={remedy.run}>
          {remedy.label}
        </button>
      ))}
    </div>
  );
}

/** Plan ids begin with the id of the canvas node that they come from. */
const canvasNode = (planId: string): NodeId => nodeId(planId.split(/[/#]/)[0] ?? planId);

/** Why something that the worker was asked for failed, in one sentence. */
export function useFailureSentence(): (failure: FailureCause) => string {
  const text: Say = useText();
  const locale = useLocale();
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  return (failure) => {
    switch (failure.kind) {
      case 'out-of-memory':
        return text(words.outOfMemory);
      case 'non-finite': {
        const { epoch, step, part } = failure;
        if (!failure.node) return text(words.nonFinite, { epoch, step });
        const node = nodeTitle({ locale, nodes }, canvasNode(failure.node));
        return text(part ? nonFiniteMessages[part] : words.nonFiniteNode, { epoch, step, node });
      }
      case 'backend':
        return text(words.backendFailed, { message: failure.message.replace(/[^.。]$/, '$&.') });
      case 'data':
        return text(words.dataFailed, {
          sentence: describeDataProblem(failure, locale),
        });
      case 'unresponsive':
        return text(words.unresponsive);
      case 'worker-lost':
        return text(words.workerLost);
      case 'internal':
        return text(words.internal, { message: failure.message });
      default:
        return failure satisfies never;
    }
  };
}

function useRemedies(): (failure: FailureCause) => readonly Remedy[] {
  const text = useText();
  const locale = useLocale();
  const doc = useDocument((state) => state.doc);
  const compiled = useDocument((state) => state.compiled);
  const { training } = doc.meaning;
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  const dispatch = useDocument((state) => state.dispatch);
  const start = useRun((state) => state.start);
  const backend = useRun((state) => state.backend);
  const setBackend = useRun((state) => state.setBackend);
  const select = useView((state) => state.select);
  const set = useView((state) => state.set);
  const again: Remedy = { label: text(words.startAgain), run: () => void start() };
  return (failure) => {
    switch (failure.kind) {
      case 'out-of-memory': {
        const size = Math.max(1, Math.floor(training.batchSize / 2));
        const halve: Remedy = {
          label: text(words.halveBatch, { size }),
          run: () => dispatch({ kind: 'setTraining', training: { batchSize: size } }),
        };
        return training.batchSize > 1 ? [halve, again] : [again];
      }
      case 'non-finite': {
        const { type, config } = training.optimizer;
        const field = optimizerType(type)?.fields['learningRate'];
        const rate = Number(config['learningRate'] ?? field?.default ?? Number.NaN);
        const lower = Number((rate / 10).toPrecision(3));
        const node = failure.node ? canvasNode(failure.node) : null;
        return [
          ...(lower > 0 && failure.part !== 'data' && failure.part !== 'weights'
            ? [
                {
                  label: text(words.lowerRate, { rate: lower }),
                  run: () =>
                    dispatch({
                      kind: 'setTraining',
                      training: { optimizer: { type, config: { ...config, learningRate: lower } } },
                    }),
                },
              ]
            : []),
          ...nonFiniteRemedies(doc, compiled, failure, node).map((remedy) => ({
            label: text(remedy.text, {
              node: remedy.node ? nodeTitle({ locale, nodes }, remedy.node) : '',
              type: remedy.type ? text(remedy.type) : '',
              limit: remedy.limit ?? '',
            }),
            run: () => dispatch(remedy.command),
          })),
          ...(node && nodes[node] ? [{ label: text(words.showNode), run: () => select([node]) }] : []),
          again,
        ];
      }
      case 'backend': {
        const next = backend === 'wasm' ? 'cpu' : 'wasm';
        return [{ label: text(words.useBackend, { backend: next }), run: () => setBackend(next) }, again];
      }
      case 'data':
        return [{ label: text(words.openData), run: () => set({ drawerOpen: true, drawerTab: 'data' }) }];
      default:
        return [again];
    }
  };
}
