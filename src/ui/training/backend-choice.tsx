/** Which backend the next run uses; `auto` lets the worker measure. */
import { trainingMessages as words } from '../../messages/training';
import { useRun } from '../../state/run-store';
import type { Backend } from '../../worker/protocol';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import css from './training.module.css';

const BACKENDS: readonly Backend[] = ['auto', 'webgpu', 'webgl', 'wasm', 'cpu'];

export function BackendChoice() {
  const text = useText();
  const wish = useRun((state) => state.backendWish);
  const setBackend = useRun((state) => state.setBackend);
  return (
    <label className={css.choice} title={text(words.backendHelp)}>
      <span className={form.label}>{text(words.backend)}</span>
      <select
        className={form.control}
        value={wish}
        onChange={(event) => setBackend(event.currentTarget.value as Backend)}
      >
        {BACKENDS.map((backend) => (
          <option key={backend} value={backend}>
            {backend === 'auto' ? text(words.backendAuto) : backend}
          </option>
        ))}
      </select>
    </label>
  );
}
