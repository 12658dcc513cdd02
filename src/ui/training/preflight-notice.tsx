/** The check before a run while it goes on, and where it came to the end that the run would not fit: what to change, one click away. */
import { nodeTitle } from '../../compile/describe';
import { preflightMessages as words } from '../../messages/preflight';
import { useDocument } from '../../state/document-store';
import { usePreflight } from '../../state/preflight-store';
import { useRun } from '../../state/run-store';
import { useView } from '../../state/view-store';
import { useLocale, useText } from '../i18n';
import { formatBytes } from '../inspector/format-bytes';
import problems from '../problems/problems.module.css';
import css from './preflight.module.css';
import training from './training.module.css';

export function PreflightNotice() {
  const status = usePreflight((state) => state.status);
  if (status === 'measuring') return <Measuring />;
  return status === 'refused' ? <Refused /> : null;
}

function Measuring() {
  const text = useText();
  const progress = usePreflight((state) => state.progress);
  const cancel = usePreflight((state) => state.cancel);
  const { done, total } = progress ?? { done: 0, total: 1 };
  return (
    <div className={`${training.notice} ${css.measuring}`} role="status">
      <progress aria-label={text(words.measuring)} value={done} max={total} />
      <p>
        <strong>{text(words.measuring)}</strong> {text(words.measuringHelp)}
      </p>
      <button type="button" className={problems.fix} onClick={cancel}>
        {text(words.cancel)}
      </button>
    </div>
  );
}

function Refused() {
  const text = useText();
  const locale = useLocale();
  const result = usePreflight((state) => state.result);
  const dismiss = usePreflight((state) => state.dismiss);
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  const dispatch = useDocument((state) => state.dispatch);
  const start = useRun((state) => state.start);
  const select = useView((state) => state.select);
  if (!result) return null;
  const { verdict, trials, batchSize } = result;
  // The most that a backend offers which was looked at.
  const looked = trials.filter(({ outcome }) => outcome === 'too-large');
  const limit = formatBytes(Math.max(...looked.map(({ limitBytes }) => limitBytes)));
  const need = Math.min(...trials.flatMap(({ predictedBytes }) => predictedBytes ?? []));
  return (
    <div className={`${training.notice} ${training.failed}`} role="alert">
      {verdict.kind === 'smaller-batch' && (
        <>
          <p>
            <strong>{text(words.refused)}.</strong>{' '}
            {text(words.tooLargeBatch, {
              ...{ batch: batchSize, size: verdict.batchSize, limit },
              need: Number.isFinite(need) ? formatBytes(need) : `> ${limit}`,
            })}
          </p>
          <button
            type="button"
            className={problems.fix}
            onClick={() => {
              dispatch({ kind: 'setTraining', training: { batchSize: verdict.batchSize } });
              void start();
            }}
          >
            {text(words.setBatch, { size: verdict.batchSize })}
          </button>
        </>
      )}
      {verdict.kind === 'cannot-fit' && (
        <>
          <p>
            <strong>{text(words.refused)}.</strong>{' '}
            {text(words.cannotFit, {
              node: nodeTitle({ locale, nodes }, verdict.source),
              bytes: formatBytes(verdict.bytes),
              limit,
            })}
          </p>
          {nodes[verdict.source] && (
            <button type="button" className={problems.fix} onClick={() => select([verdict.source])}>
              {text(words.showNode)}
            </button>
          )}
        </>
      )}
      <button type="button" className={problems.fix} onClick={dismiss}>
        {text(words.dismiss)}
      </button>
    </div>
  );
}
