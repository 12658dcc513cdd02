/** The drawer's training tab: live curves, where the run stands, what went wrong; before the first run, the next step. */
import { useCallback, useState } from 'react';
import { trainingMessages as words } from '../../messages/training';
import { useRun } from '../../state/run-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import { BackendChoice } from './backend-choice';
import { FailureNotice } from './failure-notice';
import { HistoryTable } from './history-table';
import { LiveCharts } from './live-charts';
import { PreflightNotice } from './preflight-notice';
import { NativeOffNotice, PreflightReadout } from './preflight-readout';
import { ReceiptDetails } from './receipt-details';
import { RunNotices } from './run-notices';
import { RunStatus } from './run-status';
import { StartFromChoice } from './start-from-choice';
import { useTrainObstacle } from './train-button';
import css from './training.module.css';
import { TrainingSettingsForm } from './training-settings-form';

/** As TensorBoard: the trend shows at once, and the faint raw curve behind it keeps it honest. */
const DEFAULT_SMOOTHING = 0.6;

export function TrainingPanel() {
  const text = useText();
  const isIdle = useRun((state) => state.status === 'idle');
  const [areSettingsOpen, setSettingsOpen] = useState(false);
  const [isTableOpen, setTableOpen] = useState(false);
  const [log, setLog] = useState(false);
  const [smoothing, setSmoothing] = useState(DEFAULT_SMOOTHING);
  const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback(
    (column: string) =>
      setFlipped((before) => {
        const after = new Set(before);
        if (!after.delete(column)) after.add(column);
        return after;
      }),
    [],
  );
  return (
    <section className={css.panel} aria-label={text(words.panel)}>
      <div className={css.main}>
        <div className={css.bar}>
          {isIdle ? <span style={{ flex: 1 }} /> : <RunStatus />}
          {!isIdle && (
            <>
              <label className={css.option}>
                <input
                  type="checkbox"
                  checked={log}
                  onChange={(event) => setLog(event.currentTarget.checked)}
                />
                {text(words.log)}
              </label>
              <label className={css.option} title={text(words.smoothingHelp)}>
                {text(words.smoothing)}
                <input
                  type="range"
                  min={0}
                  max={0.95}
                  step={0.05}
                  value={smoothing}
                  onChange={(event) => setSmoothing(Number(event.currentTarget.value))}
                />
              </label>
              <label className={css.option}>
                <input
                  type="checkbox"
                  checked={isTableOpen}
                  onChange={(event) => setTableOpen(event.currentTarget.checked)}
                />
                {text(words.showTable)}
              </label>
            </>
          )}
          <button
            type="button"
            className={problems.fix}
            aria-expanded={areSettingsOpen}
            onClick={() => setSettingsOpen(!areSettingsOpen)}
          >
            {text(areSettingsOpen ? words.hideSettings : words.settings)}
          </button>
        </div>
        <PreflightNotice />
        {isIdle ? (
          <Empty />
        ) : (
          <>
            <FailureNotice />
            <RunNotices />
            <StaleNotice />
            <NativeOffNotice />
            <PreflightReadout />
            {!isTableOpen && (
              <LiveCharts log={log} smoothing={smoothing} flipped={flipped} onToggle={toggle} />
            )}
            <HistoryTable isVisible={isTableOpen} />
          </>
        )}
      </div>
      {areSettingsOpen && (
        <aside className={css.side} aria-label={text(words.settings)}>
          <TrainingSettingsForm />
          <BackendChoice />
          <StartFromChoice />
          <ReceiptDetails />
        </aside>
      )}
    </section>
  );
}

function Empty() {
  const text = useText();
  const obstacle = useTrainObstacle();
  const set = useView((state) => state.set);
  return (
    <div className={css.empty}>
      <h3>{text(words.emptyTitle)}</h3>
      <p>{obstacle ? obstacle.sentence : text(words.emptyReady)}</p>
      {obstacle && !obstacle.isData && (
        <button
          type="button"
          className={problems.fix}
          onClick={() => set({ drawerOpen: true, drawerTab: 'problems' })}
        >
          {text(words.showProblems)}
        </button>
      )}
    </div>
  );
}

/** The curve belongs to the graph as it was; whoever edits on should know. */
function StaleNotice() {
  const text = useText();
  const stale = useRun((state) => state.stale);
  const isEnded = useRun((state) => state.status === 'done' || state.status === 'failed');
  const start = useRun((state) => state.start);
  const obstacle = useTrainObstacle();
  if (!stale) return null;
  return (
    <div className={css.notice} role="status">
      <p>{text(words.stale)}</p>
      {isEnded && !obstacle && (
        <button type="button" className={problems.fix} onClick={() => void start()}>
          {text(words.trainChanged)}
        </button>
      )}
    </div>
  );
}
