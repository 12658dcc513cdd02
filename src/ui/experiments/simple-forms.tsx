/** The experiments that need one number at most: the range test, repeated seeds, cross-validation. */
import { RANGE_TEST } from '../../compile/experiments/range-test';
import { experimentMessages as words } from '../../messages/experiments';
import { useData } from '../../state/data-store';
import { useText } from '../i18n';
import css from './experiments.module.css';
import { NumberBox } from './number-box';
import { setPanel, usePanel } from './panel-state';
import { StartButton } from './start-button';
import { formatSetting } from './use-setting-words';

export function RatesForm() {
  const text = useText();
  const { steps, from, to } = RANGE_TEST;
  return (
    <div className={css.form}>
      <p className={css.hint}>
        {text(words.ratesHelp, { steps, from: formatSetting(from), to: formatSetting(to) })}
      </p>
      <div className={css.fields}>
        <StartButton settings={{ kind: 'rates', test: RANGE_TEST }} />
      </div>
    </div>
  );
}

export function SeedsForm() {
  const text = useText();
  const count = usePanel((state) => state.seeds);
  return (
    <div className={css.form}>
      <p className={css.hint}>{text(words.seedsHelp)}</p>
      <div className={css.fields}>
        <NumberBox
          title={text(words.seedCount)}
          help={text(words.seedCountHelp)}
          value={count}
          min={2}
          max={100}
          onChange={(seeds) => setPanel({ seeds })}
        />
        <StartButton settings={{ kind: 'seeds', count }} />
      </div>
    </div>
  );
}

export function FoldsForm() {
  const text = useText();
  const count = usePanel((state) => state.folds);
  const isInTime = useData((state) => Boolean(state.bound?.schema.sequence));
  return (
    <div className={css.form}>
      <p className={css.hint}>{text(words.foldsHelp)}</p>
      {isInTime && <p className={css.hint}>{text(words.foldsInTime)}</p>}
      <div className={css.fields}>
        <NumberBox
          title={text(words.foldCount)}
          help={text(words.foldCountHelp)}
          value={count}
          min={2}
          max={50}
          onChange={(folds) => setPanel({ folds })}
        />
        <StartButton settings={{ kind: 'folds', count }} />
      </div>
    </div>
  );
}
