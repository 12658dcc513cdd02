/** What happened to the run besides training: it was interrupted, has gone on, cannot be kept, or is compared with another. */

import { formatCount } from '../../messages/catalogue';
import { fileProblems } from '../../messages/file-problems';
import { trainingMessages as words } from '../../messages/training';
import { useRun } from '../../state/run-store';
import { useText } from '../i18n';
import problems from '../problems/problems.module.css';
import { RECEIPT_LABELS } from './receipt-details';
import css from './training.module.css';

export function RunNotices() {
  return (
    <>
      <Interrupted />
      <KeepProblem />
      <ReproductionNotice />
    </>
  );
}

function Interrupted() {
  const text = useText();
  const interrupted = useRun((state) => state.interrupted);
  const failure = useRun((state) => state.failure);
  const continueRun = useRun((state) => state.continueRun);
  if (!interrupted) return null;
  const step = formatCount(interrupted.globalStep);
  return (
    <div className={css.notice} role="status">
      {interrupted.isElsewhere ? (
        <p>{text(words.runsElsewhere)}</p>
      ) : (
        <>
          {!failure && <p>{text(words.interrupted, { step })}</p>}
          <button type="button" className={problems.fix} onClick={() => void continueRun()}>
            {text(words.continueFrom, { step })}
          </button>
        </>
      )}
    </div>
  );
}

function KeepProblem() {
  const text = useText();
  const problem = useRun((state) => state.keepProblem);
  if (!problem) return null;
  const sentence = text(fileProblems[problem.code], problem.facts);
  return (
    <div className={css.notice} role="status">
      <p>{text(words.keepFailed, { sentence })}</p>
    </div>
  );
}

function ReproductionNotice() {
  const text = useText();
  const reproduction = useRun((state) => state.reproduction);
  if (!reproduction) return null;
  const { status, steps, difference, changed } = reproduction;
  const fields = changed.map((field) => text(RECEIPT_LABELS[field])).join(', ');
  return (
    <div className={`${css.notice} ${status === 'different' ? css.failed : ''}`} role="status">
      <p>
        {difference
          ? text(words.differs, { ...difference, step: formatCount(difference.globalStep) })
          : text(status === 'equal' ? words.reproduced : words.reproducing, { steps: formatCount(steps) })}
        {fields !== '' && ` ${text(words.differsChanged, { fields })}`}
      </p>
    </div>
  );
}
