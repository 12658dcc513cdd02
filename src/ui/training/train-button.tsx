/** The one filled button of the frame: Train; during a run Pause or Resume, Step and Stop, with where the run stands. */
import { Pause, Play, Square, StepForward } from 'lucide-react';
import { describeDiagnostic } from '../../compile/describe';
import { formatDuration } from '../../messages/catalogue';
import { preflightMessages } from '../../messages/preflight';
import { trainingMessages as words } from '../../messages/training';
import { useDocument } from '../../state/document-store';
import { usePreflight } from '../../state/preflight-store';
import { useRun } from '../../state/run-store';
import { useView } from '../../state/view-store';
import { useLocale, useText } from '../i18n';
import css from './training.module.css';

export function TrainButton() {
  const status = useRun((state) => state.status);
  const isMeasuring = usePreflight((state) => state.status === 'measuring');
  if (isMeasuring) return <Measuring />;
  return status === 'idle' || status === 'done' || status === 'failed' ? <Start /> : <Running />;
}

/** Why the model cannot train now; null when it can. */
export function useTrainObstacle(): { readonly sentence: string; readonly isData: boolean } | null {
  const text = useText();
  const locale = useLocale();
  const compiled = useDocument((state) => state.compiled);
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  if (compiled.plan && compiled.training) return null;
  const errors = compiled.diagnostics.filter((each) => each.severity === 'error');
  const [first] = errors;
  if (!first) return { sentence: text(words.blockedData), isData: true };
  if (errors.length > 1)
    return { sentence: text(words.blockedErrors, { count: errors.length }), isData: false };
  const sentence = describeDiagnostic(first, { locale, nodes });
  return { sentence: text(words.blockedError, { sentence }), isData: false };
}

function Start() {
  const text = useText();
  const status = useRun((state) => state.status);
  const start = useRun((state) => state.start);
  const set = useView((state) => state.set);
  const obstacle = useTrainObstacle();
  const label = text(status === 'idle' ? words.train : words.trainAgain);
  return (
    <button
      type="button"
      data-tip={obstacle?.sentence ?? text(words.trainHelp)}
      className={css.button}
      // Not `disabled`: it must stay reachable to say why, and a click leads to what is in the way.
      aria-disabled={obstacle !== null}
      aria-description={obstacle?.sentence}
      onClick={() => {
        if (obstacle?.isData) set({ leftOpen: true, leftTab: 'data' });
        else if (obstacle) set({ drawerOpen: true, drawerTab: 'problems' });
        else {
          set({ drawerOpen: true, drawerTab: 'training' });
          void start();
        }
      }}
    >
      <Play size={14} fill="currentColor" aria-hidden />
      {label}
    </button>
  );
}

/** The run has been asked for, and the model is being tried. */
function Measuring() {
  const text = useText();
  const cancel = usePreflight((state) => state.cancel);
  return (
    // biome-ignore lint/a11y/useSemanticElements: as below
    <div className={css.running} role="group" aria-label={text(words.controls)}>
      <span className={css.where}>{text(preflightMessages.measuring)}</span>
      <button type="button" onClick={cancel}>
        <Square size={12} fill="currentColor" aria-hidden />
        {text(words.stop)}
      </button>
    </div>
  );
}

function Running() {
  const text = useText();
  const status = useRun((state) => state.status);
  const pause = useRun((state) => state.pause);
  const resume = useRun((state) => state.resume);
  const stepOnce = useRun((state) => state.stepOnce);
  const stop = useRun((state) => state.stop);
  const isPaused = status === 'paused';
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own frame and legend into the top bar
    <div className={css.running} role="group" aria-label={text(words.controls)}>
      <button type="button" disabled={status !== 'running' && !isPaused} onClick={isPaused ? resume : pause}>
        {isPaused ? (
          <Play size={14} fill="currentColor" aria-hidden />
        ) : (
          <Pause size={14} fill="currentColor" aria-hidden />
        )}
        {text(isPaused ? words.resume : words.pause)}
      </button>
      {isPaused && (
        <button type="button" title={text(words.stepHelp)} onClick={stepOnce}>
          <StepForward size={14} aria-hidden />
          {text(words.step)}
        </button>
      )}
      <button type="button" disabled={status === 'stopping'} onClick={stop}>
        <Square size={12} fill="currentColor" aria-hidden />
        {text(words.stop)}
      </button>
      <Where />
    </div>
  );
}

function Where() {
  const text = useText();
  const status = useRun((state) => state.status);
  const epoch = useRun((state) => state.epoch);
  const epochs = useRun((state) => state.epochs);
  const step = useRun((state) => state.step);
  const steps = useRun((state) => state.stepsPerEpoch);
  const secondsLeft = useRun((state) => state.secondsLeft);
  if (status === 'starting') return <span className={css.where}>{text(words.starting)}</span>;
  if (status === 'stopping') return <span className={css.where}>{text(words.stopping)}</span>;
  const left =
    status === 'paused'
      ? text(words.paused)
      : secondsLeft === null
        ? ''
        : text(words.timeLeft, { time: formatDuration(secondsLeft * 1000) });
  return (
    <span className={css.where}>
      <span>
        {text(words.epochOf, { epoch, epochs })}{' '}
        <span className={css.optional}>· {text(words.stepOf, { step, steps })}</span>
      </span>
      <span>{left || '…'}</span>
    </span>
  );
}
