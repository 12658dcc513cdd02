/** The form of one group of training settings, from its declaration. */
import type { Json } from '../../graph/json';
import { changed, type TrainingGroup } from '../../nodes/training-groups';
import { useDocument } from '../../state/document-store';
import { FieldForm } from '../inspector/field-form';
import type { FieldMessage } from '../inspector/field-messages';

interface GroupFormProps {
  readonly group: TrainingGroup;
  readonly messages: ReadonlyMap<string, readonly FieldMessage[]>;
}

export function GroupForm({ group, messages }: GroupFormProps) {
  const training = useDocument((state) => state.doc.meaning.training);
  const dispatch = useDocument((state) => state.dispatch);
  return (
    <FieldForm
      fields={group.fields}
      config={group.read(training)}
      schema={null}
      messages={messages}
      onChange={(field: string, value: Json) =>
        dispatch(
          { kind: 'setTraining', training: changed(group, training, { [field]: value }) },
          `training:${field}`,
        )
      }
    />
  );
}
