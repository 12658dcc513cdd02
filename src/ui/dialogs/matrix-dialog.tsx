/** Node × format, generated from the emit rules of the node types: what leaves Weft natively, and what does not and why. */
import { useState } from 'react';
import { dialogsMessages as words } from '../../messages/dialogs';
import {
  EXPERIMENTAL_TARGETS,
  type ExperimentalTarget,
  type NodeType,
  STABLE_TARGETS,
  type StableTarget,
} from '../../nodes/define-node';
import { NODE_TYPES } from '../../nodes/index';
import { useText } from '../i18n';
import dialogs from './dialogs.module.css';
import css from './reference.module.css';

type Target = StableTarget | ExperimentalTarget;

const TARGET_NAMES: Readonly<Record<Target, string>> = {
  tfjs: 'TensorFlow.js',
  keras: 'Keras',
  onnx: 'ONNX',
  pytorch: 'PyTorch',
};

export function MatrixDialog() {
  const text = useText();
  const [filter, setFilter] = useState('');
  // A format that no node speaks yet would be a column of dashes.
  const targets: readonly Target[] = [...STABLE_TARGETS, ...EXPERIMENTAL_TARGETS].filter((target) =>
    NODE_TYPES.some((type) => (type.kind === 'layer' || type.kind === 'ensemble') && type.emit[target]),
  );
  const shown = NODE_TYPES.filter((type) =>
    `${text(type.title)} ${type.type}`.toLowerCase().includes(filter.toLowerCase()),
  );
  return (
    <>
      <p className={dialogs.hint}>{text(words.matrixHint)}</p>
      <input
        className="text-input"
        type="search"
        aria-label={text(words.filter)}
        placeholder={text(words.filter)}
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
      />
      <table className={css.table} style={{ marginTop: 'var(--space-3)' }}>
        <caption className="visually-hidden">{text(words.matrixCaption)}</caption>
        <thead>
          <tr>
            <th scope="col">{text(words.node)}</th>
            {targets.map((target) => (
              <th key={target} scope="col">
                {TARGET_NAMES[target]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((type) => (
            <tr key={type.type}>
              <th scope="row">{text(type.title)}</th>
              {targets.map((target) => (
                <td key={target}>
                  <Support type={type} target={target} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Support({ type, target }: { readonly type: NodeType; readonly target: Target }) {
  const text = useText();
  if (type.kind === 'input') return <span className={css.native}>{text(words.native)}</span>;
  if (type.kind === 'composite' || type.kind === 'output')
    return <span className={css.native}>{text(words.expansion)}</span>;
  const rule = type.emit[target];
  switch (rule?.kind) {
    case 'native':
      return (
        <span className={css.native}>
          {text(words.native)} <span className="mono">{rule.className}</span>
        </span>
      );
    case 'custom':
      return (
        <span className={css.custom}>
          {text(words.custom)} <span className="mono">{rule.className}</span>
          <span className={css.reason}>{rule.reason}</span>
        </span>
      );
    case 'unsupported':
      return (
        <span className={css.no}>
          {text(words.unsupported)}
          <span className={css.reason}>{rule.reason}</span>
        </span>
      );
    case undefined:
      return <span className={css.no}>{text(words.undecided)}</span>;
  }
}
