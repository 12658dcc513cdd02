/** Whether the next run begins anew or with what the last one learned; offered once there is something to begin with. */
import { trainingMessages as words } from '../../messages/training';
import { useRun } from '../../state/run-store';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import css from './training.module.css';

export function StartFromChoice() {
  const text = useText();
  const startFrom = useRun((state) => state.startFrom);
  const setStartFrom = useRun((state) => state.setStartFrom);
  const isDone = useRun((state) => state.status === 'done');
  if (!isDone && startFrom === 'fresh') return null;
  return (
    <>
      <label className={css.choice}>
        <span className={form.label}>{text(words.startFrom)}</span>
        <select
          className={form.control}
          value={startFrom}
          onChange={(event) => setStartFrom(event.currentTarget.value === 'last' ? 'last' : 'fresh')}
        >
          <option value="fresh">{text(words.startFresh)}</option>
          <option value="last">{text(words.startLast)}</option>
        </select>
      </label>
      {startFrom === 'last' && <p className={`${form.hint} ${css.under}`}>{text(words.startLastHelp)}</p>}
    </>
  );
}
