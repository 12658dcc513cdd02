/** The inspector's part on how a node fares in training: what is wrong, and the figures of the last look. */
import { Fragment } from 'react';
import type { NodeHealth as Health } from '../../engine/run-event';
import type { NodeId } from '../../graph/document';
import { formatCount, formatPercent } from '../../messages/catalogue';
import { healthMessages as words } from '../../messages/preflight';
import { figureOf, formatShort, useHealth } from '../../state/health-store';
import { useText } from '../i18n';
import { formatBytes } from './format-bytes';
import css from './inspector.module.css';

export function NodeHealth({ node }: { readonly node: NodeId }) {
  const text = useText();
  const primitives = useHealth((state) => state.health.get(node));
  const ill = useHealth((state) => state.ill.get(node));
  const cost = useHealth((state) => state.costs.get(node));
  const step = useHealth((state) => state.globalStep);
  if (!primitives && !cost) return null;
  const rows: (readonly [title: string, value: string])[] = [];
  const add = (title: string, value: number | null, print: (value: number) => string) => {
    if (value !== null) rows.push([title, print(value)]);
  };
  const whole = primitives && summed(primitives);
  if (whole) {
    add(text(words.gradientNorm), whole.gradientNorm, short);
    add(text(words.weightNorm), whole.weightNorm, short);
    add(text(words.updateRatio), whole.updateRatio, short);
    if (whole.mean !== null && whole.std !== null)
      rows.push([text(words.activations), `${short(whole.mean)} ± ${short(whole.std)}`]);
    add(text(words.deadShare), whole.deadShare, formatPercent);
    add(text(words.saturatedShare), whole.saturatedShare, formatPercent);
  }
  if (cost) {
    add(text(words.forward), cost.forwardMs, formatShort);
    add(text(words.backward), cost.backwardMs, formatShort);
    add(text(words.kept), cost.bytes, formatBytes);
  }
  return (
    <section className={css.section} aria-label={text(words.title)}>
      <h3 className={css.heading}>
        {text(words.title)}
        {step !== null && ` · ${text(words.atStep, { step: formatCount(step) })}`}
      </h3>
      {ill && <p>{text(words[ill.verdict], { figure: figureOf(ill) })}</p>}
      <dl className={css.facts}>
        {rows.map(([title, value]) => (
          <Fragment key={title}>
            <dt>{title}</dt>
            <dd className="tabular">{value}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

const short = (value: number): string =>
  value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 10_000)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(3)));

/** A composite as one: lengths add as vectors do, the last output is its output, the worst share counts. */
function summed(primitives: readonly Health[]): Omit<Health, 'node' | 'source' | 'verdicts'> {
  const length = (of: (health: Health) => number | null): number | null => {
    const values = primitives.map(of).filter((value) => value !== null);
    return values.length > 0 ? Math.hypot(...values) : null;
  };
  const worst = (of: (health: Health) => number | null): number | null => {
    const values = primitives.map(of).filter((value) => value !== null);
    return values.length > 0 ? Math.max(...values) : null;
  };
  const last = primitives.at(-1)!;
  const weightNorm = length((health) => health.weightNorm);
  const change = length(({ updateRatio, weightNorm: norm }) =>
    updateRatio !== null && norm !== null ? updateRatio * norm : null,
  );
  return {
    gradientNorm: length((health) => health.gradientNorm),
    weightNorm,
    updateRatio: change === null || !weightNorm ? null : change / weightNorm,
    mean: last.mean,
    std: last.std,
    deadShare: worst((health) => health.deadShare),
    saturatedShare: worst((health) => health.saturatedShare),
  };
}
