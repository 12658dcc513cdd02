/** Freeze, learning-rate factor and bypass: what every node has whatever its type. */
import { useId } from 'react';
import type { GraphNode } from '../../graph/document';
import { inspectorMessages as words } from '../../messages/inspector';
import type { NodeType } from '../../nodes/define-node';
import { RATE_FACTOR } from '../../nodes/training-groups';
import { useDocument } from '../../state/document-store';
import { useText } from '../i18n';
import type { FieldMessage } from './field-messages';
import { FieldRow } from './field-row';
import form from './form.module.css';
import { Switch } from './switch';

/** The compiler's go to the list above the form: the factor is no field of the type. */
const NO_MESSAGES: readonly FieldMessage[] = [];

interface NodeSwitchesProps {
  readonly node: GraphNode;
  readonly type: NodeType;
  /** False once it is known that nothing is learned here. */
  readonly mayHaveWeights: boolean;
}

export function NodeSwitches({ node, type, mayHaveWeights }: NodeSwitchesProps) {
  const text = useText();
  const dispatch = useDocument((state) => state.dispatch);
  // Nothing to freeze in a node without weights, nothing to pass through in one without input and output.
  const canFreeze = type.kind !== 'input' && (mayHaveWeights || node.trainable === false);
  const canBypass = type.inputs.length > 0 && type.outputs.length > 0;
  if (!canFreeze && !canBypass) return null;
  return (
    <div className={form.form}>
      {canFreeze && (
        <SwitchRow
          label={text(words.trainable)}
          help={text(words.trainableHelp)}
          checked={node.trainable !== false}
          onChange={(trainable) => dispatch({ kind: 'setTrainable', node: node.id, trainable })}
        />
      )}
      {canFreeze && node.trainable !== false && (
        <FieldRow
          name="learningRateFactor"
          field={RATE_FACTOR}
          value={node.learningRateFactor ?? 1}
          schema={null}
          messages={NO_MESSAGES}
          onChange={(factor) =>
            dispatch(
              { kind: 'setLearningRateFactor', node: node.id, factor: Number(factor) },
              `rate:${node.id}`,
            )
          }
        />
      )}
      {canBypass && (
        <SwitchRow
          label={text(words.bypass)}
          help={text(words.bypassHelp)}
          checked={node.bypassed === true}
          onChange={(bypassed) => dispatch({ kind: 'setBypassed', node: node.id, bypassed })}
        />
      )}
    </div>
  );
}

interface SwitchRowProps {
  readonly label: string;
  readonly help: string;
  readonly checked: boolean;
  onChange(checked: boolean): void;
}

function SwitchRow({ label, help, checked, onChange }: SwitchRowProps) {
  const id = useId();
  return (
    <div className={form.row} title={help}>
      <label htmlFor={id} className={form.label}>
        {label}
      </label>
      <Switch id={id} checked={checked} description={help} onChange={onChange} />
    </div>
  );
}
