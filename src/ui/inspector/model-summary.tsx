/** With nothing selected: what the whole model costs, layer by layer, and how it will be trained. */
import { formatCount } from '../../messages/catalogue';
import { inspectorMessages as words } from '../../messages/inspector';
import { useDocument } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import { countProblems } from '../problems/count-problems';
import problems from '../problems/problems.module.css';
import { TrainingSettingsForm } from '../training/training-settings-form';
import { formatBytes } from './format-bytes';
import css from './inspector.module.css';
import { LayersTable } from './layers-table';

/** Weights and activations are float32. */
const BYTES = 4;

export function ModelSummary() {
  const text = useText();
  const compiled = useDocument((state) => state.compiled);
  const isEmpty = useDocument((state) => Object.keys(state.doc.meaning.nodes).length === 0);
  const batch = useDocument((state) => state.doc.meaning.training.batchSize);
  const set = useView((state) => state.set);
  const { total, diagnostics } = compiled;
  if (isEmpty) {
    return (
      <div className={css.panel}>
        <h2 className={css.heading}>{text(words.model)}</h2>
        <p className={css.summary}>{text(words.emptyModel)}</p>
        <div className={css.actions}>
          <button type="button" className={problems.fix} onClick={() => set({ dialog: 'gallery' })}>
            {text(words.openGallery)}
          </button>
        </div>
      </div>
    );
  }
  return (
    <div className={css.panel}>
      <section className={css.section}>
        <h2 className={css.heading}>{text(words.model)}</h2>
        <dl className={css.facts}>
          <dt>{text(words.parameters)}</dt>
          <dd>
            {total.parameters.toLocaleString('en-US')}
            {total.trainableParameters !== total.parameters && (
              <small>
                {text(words.trainableOf, { count: total.trainableParameters.toLocaleString('en-US') })}
              </small>
            )}
          </dd>
          <dt title={text(words.multiplyAddsHelp)}>{text(words.multiplyAdds)}</dt>
          <dd>{formatCount(total.multiplyAdds)}</dd>
          <dt title={text(words.memoryHelp, { batch })}>{text(words.memory)}</dt>
          <dd>{formatBytes(total.activations * batch * BYTES)}</dd>
          <dt>{text(words.weights)}</dt>
          <dd>{formatBytes(total.parameters * BYTES)}</dd>
          <dt>{text(words.problems)}</dt>
          <dd>
            {diagnostics.length === 0 ? (
              text(words.noProblems)
            ) : (
              <button
                type="button"
                className={problems.fix}
                title={text(words.showProblems)}
                onClick={() => set({ drawerOpen: true, drawerTab: 'problems' })}
              >
                {countProblems(diagnostics, text)}
              </button>
            )}
          </dd>
        </dl>
      </section>
      <section className={css.section}>
        <h3 className={css.heading}>{text(words.training)}</h3>
        <TrainingSettingsForm />
      </section>
      <section className={css.section}>
        <h3 className={css.heading} id="layers-heading">
          {text(words.layers)}
        </h3>
        <LayersTable labelledBy="layers-heading" />
      </section>
    </div>
  );
}
