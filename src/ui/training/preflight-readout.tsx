/** What was measured before the run: one line, and behind it a table of the backends. */
import type { BackendTrial, Preflight } from '../../engine/preflight';
import { formatCount, formatDuration } from '../../messages/catalogue';
import { preflightMessages as words } from '../../messages/preflight';
import { useHealth } from '../../state/health-store';
import { usePreflight } from '../../state/preflight-store';
import { useRun } from '../../state/run-store';
import { type Say, useText } from '../i18n';
import { formatBytes } from '../inspector/format-bytes';
import css from './preflight.module.css';
import training from './training.module.css';

export function PreflightReadout() {
  const text = useText();
  const result = usePreflight((state) => state.result);
  if (!result?.chosen) return null;
  const trial = result.trials.find(({ backend }) => backend === result.chosen)!;
  const summary = text(words.summary, {
    backend: result.chosen,
    step: formatDuration(trial.stepMs ?? 0),
    epoch: formatDuration((result.secondsPerEpoch ?? 0) * 1000),
    memory: formatBytes(trial.predictedBytes ?? 0),
  });
  return (
    <details className={css.readout}>
      <summary title={text(words.measuredTitle)}>{summary}</summary>
      <Backends result={result} />
    </details>
  );
}

function Backends({ result }: { readonly result: Preflight }) {
  const text = useText();
  return (
    <table className={css.table} aria-label={text(words.table)}>
      <thead>
        <tr>
          {[words.backend, words.step, words.speed, words.memory, words.outcome].map((title) => (
            <th key={title.en} scope="col">
              {text(title)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {result.trials.map((trial) => (
          <tr key={trial.backend} data-chosen={trial.backend === result.chosen || undefined}>
            <th scope="row">{trial.backend}</th>
            <td>{trial.stepMs === null ? '–' : formatDuration(trial.stepMs)}</td>
            <td>{trial.samplesPerSecond === null ? '–' : formatCount(Math.round(trial.samplesPerSecond))}</td>
            <td>{memoryOf(trial, text)}</td>
            <td>{outcomeOf(trial, result, text)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function memoryOf({ peakBytes, predictedBytes }: BackendTrial, text: Say): string {
  if (peakBytes !== null) return formatBytes(peakBytes);
  return predictedBytes === null ? '–' : text(words.predicted, { memory: formatBytes(predictedBytes) });
}

function outcomeOf(trial: BackendTrial, { chosen }: Preflight, text: Say): string {
  const { backend, outcome, detail, limitBytes, isEstimated } = trial;
  switch (outcome) {
    case 'measured': {
      const place = text(backend === chosen ? words.chosen : words.slower);
      return isEstimated ? `${place}, ${text(words.estimated)}` : place;
    }
    case 'too-large':
      return text(words.tooLarge, { limit: formatBytes(limitBytes) });
    case 'not-tried':
      return text(backend === 'cpu' ? words.notTried : words.notAsked);
    case 'no-adapter':
      return text(words.noAdapter);
    case 'software-adapter':
      return text(words.software, { detail });
    case 'failed':
      return text(words.failed, { detail });
    default:
      return outcome satisfies never;
  }
}

/** Slow kernels are told, never used silently. */
export function NativeOffNotice() {
  const text = useText();
  const isActive = useRun((state) => state.backend === 'wasm');
  const told = useHealth((state) => state.nativeOff);
  const measured = usePreflight((state) => state.result?.nativeOff ?? null);
  const reason = told ?? measured;
  if (reason === null || !isActive) return null;
  return (
    <div className={training.notice} role="status">
      <p>{text(words.nativeOff, { reason })}</p>
    </div>
  );
}
