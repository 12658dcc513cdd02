/** A hyper-parameter search being put together: what varies, how it is tried, how much of it. */
import { useId, useMemo, useState } from 'react';
import { halvingCost, halvingRungs } from '../../compile/experiments/halving';
import {
  type Dimension,
  gridSize,
  placeKey,
  proposedValues,
  type Setting,
  searchableSettings,
} from '../../compile/experiments/space';
import { comparableColumns } from '../../compile/experiments/summary';
import { experimentMessages as words } from '../../messages/experiments';
import { trainingMessages } from '../../messages/training';
import { useDocument } from '../../state/document-store';
import type { SearchSettings } from '../../state/experiment-store';
import { type Say, useLocale, useText } from '../i18n';
import form from '../inspector/form.module.css';
import { useColumnTitle } from '../training/use-column-title';
import { DimensionRow } from './dimension-row';
import css from './experiments.module.css';
import { NumberBox } from './number-box';
import { editSearch, usePanel } from './panel-state';
import { StartButton } from './start-button';
import { nodeNames, useSettingWords } from './use-setting-words';

const STRATEGIES = ['grid', 'random', 'halving'] as const;
const dimensionOf = (setting: Setting): Dimension => ({
  place: setting.place,
  values: proposedValues(setting),
  whole: setting.field.kind === 'int',
});

export function SearchForm() {
  const text = useText();
  const meaning = useDocument((state) => state.doc.meaning);
  const plan = useDocument((state) => state.compiled.plan);
  const draft = usePanel((state) => state.search);
  const settingWords = useSettingWords(meaning);
  const columnTitle = useColumnTitle();
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const settings = useMemo(
    () => new Map(searchableSettings(meaning).map((setting) => [placeKey(setting.place), setting])),
    [meaning],
  );
  // Before anything is chosen: the rate, which matters most.
  const rate = settings.get('optimizer:learningRate');
  const proposed = draft.dimensions ?? (rate ? [dimensionOf(rate)] : []);
  const dimensions = proposed.filter(({ place }) => settings.has(placeKey(place)));
  const hasValidation = meaning.training.validationSplit > 0;
  const measures = plan ? comparableColumns(plan, hasValidation) : ['loss'];
  const measure = draft.measure !== null && measures.includes(draft.measure) ? draft.measure : measures[0]!;
  const { strategy } = draft;
  const search: SearchSettings = { ...draft, dimensions, measure };
  const setDimensions = (next: readonly Dimension[]) => editSearch({ dimensions: next });
  const mark = (key: string, isWrong: boolean) => {
    if (wrong.has(key) === isWrong) return;
    const next = new Set(wrong);
    if (!next.delete(key)) next.add(key);
    setWrong(next);
  };
  return (
    <div className={css.form}>
      <p className={css.hint}>{text(words.searchHelp)}</p>
      {!hasValidation && <p className={css.warning}>{text(words.noValidation)}</p>}
      <section className={css.dimensions} aria-label={text(words.settings)}>
        {dimensions.map((dimension) => {
          const key = placeKey(dimension.place);
          return (
            <DimensionRow
              key={key}
              dimension={dimension}
              field={settings.get(key)!.field}
              title={settingWords.title(dimension.place)}
              isGrid={strategy === 'grid'}
              onChange={(values) => {
                mark(key, values === null);
                if (values)
                  setDimensions(dimensions.map((each) => (each === dimension ? { ...each, values } : each)));
              }}
              onRemove={() => {
                mark(key, false);
                setDimensions(dimensions.filter((each) => each !== dimension));
              }}
            />
          );
        })}
        {dimensions.length === 0 && <p className={css.hint}>{text(words.noSettings)}</p>}
        <AddSetting
          settings={[...settings.values()].filter(
            ({ place }) => !dimensions.some((each) => placeKey(each.place) === placeKey(place)),
          )}
          onAdd={(setting) => setDimensions([...dimensions, dimensionOf(setting)])}
        />
      </section>
      <div className={css.fields}>
        <label className={css.option} title={text(words.strategyHelp)}>
          {text(words.strategy)}
          <select
            className={`${form.control} ${form.inline}`}
            value={strategy}
            onChange={(event) =>
              editSearch({ strategy: STRATEGIES.find((each) => each === event.currentTarget.value)! })
            }
          >
            {STRATEGIES.map((each) => (
              <option key={each} value={each}>
                {text(words[each])}
              </option>
            ))}
          </select>
        </label>
        <NumberBox
          title={text(strategy === 'halving' ? words.configurations : words.runs)}
          help={text(words.runsHelp)}
          value={draft.runs}
          min={1}
          max={500}
          onChange={(runs) => editSearch({ runs })}
        />
        {strategy === 'halving' && (
          <NumberBox
            title={text(words.factor)}
            help={text(words.factorHelp)}
            value={draft.factor}
            min={2}
            max={10}
            onChange={(factor) => editSearch({ factor })}
          />
        )}
        <Minutes />
        <label className={css.option}>
          {text(words.measure)}
          <select
            className={`${form.control} ${form.inline}`}
            value={measure}
            onChange={(event) => editSearch({ measure: event.currentTarget.value })}
          >
            {measures.map((each) => (
              <option key={each} value={each}>
                {columnTitle(each)}
              </option>
            ))}
          </select>
        </label>
        <NumberBox
          title={text(words.searchSeed)}
          help={text(trainingMessages.seedHelp)}
          value={draft.seed}
          min={0}
          max={2_147_483_647}
          onChange={(seed) => editSearch({ seed })}
        />
      </div>
      <div className={css.fields}>
        <StartButton
          settings={{ kind: 'search', search }}
          isDisabled={dimensions.length === 0 || wrong.size > 0}
        />
        <span className={css.hint}>{outlook(search, meaning.training.epochs, text)}</span>
      </div>
    </div>
  );
}

/** How much there will be to do. */
function outlook({ strategy, dimensions, runs, factor }: SearchSettings, epochs: number, text: Say): string {
  if (dimensions.length === 0) return '';
  if (strategy === 'random') return text(words.planRandom, { runs });
  if (strategy === 'grid') {
    const count = gridSize(dimensions);
    return count <= runs ? text(words.planGrid, { count }) : text(words.planGridPart, { runs, count });
  }
  const rungs = halvingRungs(runs, epochs, factor);
  const cost = halvingCost(rungs);
  const each = rungs.map((rung) => text(words.planRung, { trials: rung.trials, epochs: rung.epochs }));
  return `${text(words.planRungs, { rungs: each.join(' → '), ...cost })} ${text(words.rungsGoOn)}`;
}

function Minutes() {
  const text = useText();
  const id = useId();
  const minutes = usePanel((state) => state.search.minutes);
  const [typed, setTyped] = useState(minutes === null ? '' : String(minutes));
  return (
    <label className={css.option} htmlFor={id} title={text(words.minutesHelp)}>
      {text(words.minutes)}
      <input
        id={id}
        className={`${form.control} ${form.inline}`}
        style={{ width: 56 }}
        inputMode="decimal"
        placeholder="–"
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          const value = Number(event.currentTarget.value);
          editSearch({ minutes: Number.isFinite(value) && value > 0 ? value : null });
        }}
      />
    </label>
  );
}

interface AddSettingProps {
  readonly settings: readonly Setting[];
  onAdd(setting: Setting): void;
}

function AddSetting({ settings, onAdd }: AddSettingProps) {
  const text = useText();
  const locale = useLocale();
  const meaning = useDocument((state) => state.doc.meaning);
  const names = useMemo(() => nodeNames(meaning, locale), [meaning, locale]);
  const groups = new Map<string, { readonly title: string; readonly settings: Setting[] }>();
  for (const setting of settings) {
    const { place } = setting;
    const id = place.kind === 'node' ? place.node : 'training';
    const title =
      place.kind === 'node' ? (names.get(place.node) ?? place.node) : text(trainingMessages.panel);
    const group = groups.get(id) ?? { title, settings: [] };
    group.settings.push(setting);
    groups.set(id, group);
  }
  return (
    <select
      className={`${form.control} ${form.inline} ${css.add}`}
      aria-label={text(words.addSetting)}
      value=""
      onChange={(event) => {
        const chosen = settings.find(({ place }) => placeKey(place) === event.currentTarget.value);
        if (chosen) onAdd(chosen);
      }}
    >
      <option value="" disabled>
        {text(words.addSetting)}
      </option>
      {[...groups].map(([id, group]) => (
        <optgroup key={id} label={group.title}>
          {group.settings.map(({ place, field }) => (
            <option key={placeKey(place)} value={placeKey(place)}>
              {text(field.title)}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
