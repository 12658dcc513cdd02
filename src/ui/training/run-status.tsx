/** Where the run stands, in numbers; announced politely when an epoch ends, not at every step. */
import { formatCount, formatDuration } from '../../messages/catalogue';
import { trainingMessages as words } from '../../messages/training';
import { useDocument } from '../../state/document-store';
import { useRun } from '../../state/run-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import { formatMeasure, parseMeasure } from './measure-title';
import css from './training.module.css';
import { useColumnTitle } from './use-column-title';

export function RunStatus() {
  const text = useText();
  const status = useRun((state) => state.status);
  const epoch = useRun((state) => state.epoch);
  const epochs = useRun((state) => state.epochs);
  const step = useRun((state) => state.step);
  const steps = useRun((state) => state.stepsPerEpoch);
  const secondsLeft = useRun((state) => state.secondsLeft);
  const speed = useRun((state) => state.samplesPerSecond);
  const startsFrom = useRun((state) => state.startsFrom);
  const resumed = useRun((state) => state.resumed);
  const isEnded = status === 'done' || status === 'failed';
  const total = epochs * steps;
  const done = total > 0 ? Math.min(1, (Math.max(0, epoch - 1) * steps + step) / total) : 0;
  return (
    <div className={css.status}>
      {!isEnded && (
        <>
          <div
            className={css.track}
            role="progressbar"
            aria-label={text(words.progress)}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(done * 100)}
          >
            <div className={css.fill} style={{ width: `${done * 100}%` }} />
          </div>
          {status === 'starting' ? (
            <span role="status">{text(words.starting)}</span>
          ) : (
            <>
              <span role="status">{text(words.epochOf, { epoch, epochs })}</span>
              <span>{text(words.stepOf, { step, steps })}</span>
            </>
          )}
          {status === 'paused' && <strong>{text(words.paused)}</strong>}
          {status === 'running' && secondsLeft !== null && (
            <span>{text(words.timeLeft, { time: formatDuration(secondsLeft * 1000) })}</span>
          )}
        </>
      )}
      {status === 'done' && <Ended />}
      {resumed && (
        <span className={css.dim} role="status">
          {text(resumed.total === 1 ? words.wentOnOnce : words.wentOn, {
            step: formatCount(resumed.globalStep),
            total: resumed.total,
          })}
        </span>
      )}
      {startsFrom && (
        <span className={css.dim}>
          {text(words.startsFrom, { kept: startsFrom.kept, total: startsFrom.total })}
        </span>
      )}
      {speed !== null && (
        <span className={css.dim}>
          {text(words.samplesPerSecond, { count: formatCount(Math.round(speed)) })}
        </span>
      )}
      <BackendInUse />
    </div>
  );
}

function Ended() {
  const text = useText();
  const reason = useRun((state) => state.reason);
  const epochs = useRun((state) => state.epochRows.length);
  const patience = useDocument((state) => state.doc.meaning.training.earlyStopping?.patience);
  const set = useView((state) => state.set);
  const isStopped = reason === 'stopped';
  const many = isStopped ? words.doneStopped : words.doneEpochs;
  const one = isStopped ? words.stoppedOne : words.doneOne;
  const few = epochs === 0 ? words.stoppedFirst : one;
  const goal = useGoal();
  const sentence =
    reason === 'early-stopping' && patience !== undefined
      ? text(words.doneEarly, { patience })
      : reason === 'target'
        ? goal
        : reason === 'time'
          ? text(words.doneTime, { epoch: epochs + 1 })
          : text(epochs <= 1 ? few : many, { epochs });
  return (
    <>
      <span role="status">{sentence}</span>
      <button
        type="button"
        className={problems.fix}
        onClick={() => set({ drawerOpen: true, drawerTab: 'results' })}
      >
        {text(words.seeResults)}
      </button>
    </>
  );
}

/** Which measure was good enough; left open when the settings have changed since. */
function useGoal(): string {
  const text = useText();
  const columnTitle = useColumnTitle();
  const last = useRun((state) => state.epochRows.at(-1));
  const isStale = useRun((state) => state.stale);
  const monitor = useDocument((state) => state.doc.meaning.training.stop.target?.monitor);
  const epoch = last?.epoch ?? 0;
  const value = monitor === undefined || isStale ? undefined : last?.measures[monitor];
  if (monitor === undefined || value === undefined) return text(words.doneTargetUnknown, { epoch });
  const { id } = parseMeasure(monitor);
  return text(words.doneTarget, {
    ...{ epoch, measure: columnTitle(monitor), value: formatMeasure(id, value) },
  });
}

function BackendInUse() {
  const text = useText();
  const backend = useRun((state) => state.backend);
  const threads = useRun((state) => state.threads);
  if (backend === null) return null;
  return (
    <span className={css.dim}>
      {threads > 1 ? text(words.backendThreads, { backend, threads }) : backend}
    </span>
  );
}
