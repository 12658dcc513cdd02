/** Starts an experiment and shows it. */
import { useState } from 'react';
import { experimentMessages as words } from '../../messages/experiments';
import { useData } from '../../state/data-store';
import { useDocument } from '../../state/document-store';
import type { ExperimentSettings } from '../../state/experiment-store';
import { useExperiments } from '../../state/experiment-store';
import { useText } from '../i18n';
import css from './experiments.module.css';
import { show } from './panel-state';

interface StartButtonProps {
  readonly settings: ExperimentSettings;
  readonly isDisabled?: boolean;
}

export function StartButton({ settings, isDisabled = false }: StartButtonProps) {
  const text = useText();
  const isTrainable = useDocument((state) => state.compiled.training !== null);
  const isBound = useData((state) => state.bound !== null);
  const start = useExperiments((state) => state.start);
  const [isInVain, setInVain] = useState(false);
  const canStart = isTrainable && isBound;
  return (
    <>
      <button
        type="button"
        className={css.primary}
        disabled={!canStart || isDisabled}
        onClick={() => {
          const id = start(settings);
          setInVain(id === null);
          if (id !== null) show({ kind: 'experiment', id });
        }}
      >
        {text(words.start)}
      </button>
      {(!canStart || isInVain) && (
        <span className={css.warning} role="alert">
          {text(canStart ? words.nothingToTry : words.cannotStart)}
        </span>
      )}
    </>
  );
}
