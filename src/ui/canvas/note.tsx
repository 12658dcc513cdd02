/** A sticky note: text that belongs to the drawing and never to the model. */
import { type NodeProps, NodeResizer } from '@xyflow/react';
import { GripHorizontal, X } from 'lucide-react';
import { memo } from 'react';
import { canvasMessages } from '../../messages/canvas';
import { documentStore } from '../../state/document-store';
import { useText } from '../i18n';
import type { NoteNode } from './flow-model';

export const Note = memo(function Note({ id, data, selected }: NodeProps<NoteNode>) {
  const say = useText();
  const { note } = data;
  const dispatch = (patch: Partial<typeof note>, mergeKey: string) =>
    documentStore.getState().dispatch({ kind: 'setNote', id, note: { ...note, ...patch } }, mergeKey);
  return (
    <div className="note" data-selected={selected || undefined}>
      <NodeResizer
        isVisible={selected}
        minWidth={120}
        minHeight={72}
        onResizeEnd={(_event, { x, y, width, height }) => dispatch({ x, y, width, height }, `resize-${id}`)}
      />
      <div className="note-grip">
        <GripHorizontal size={14} aria-hidden />
        <button
          type="button"
          className="card-menu nodrag"
          tabIndex={-1}
          aria-label={say(canvasMessages.removeNote)}
          onClick={() => documentStore.getState().dispatch({ kind: 'setNote', id, note: null })}
        >
          <X size={13} aria-hidden />
        </button>
      </div>
      <textarea
        className="note-text nodrag nowheel nopan"
        aria-label={say(canvasMessages.note)}
        placeholder={say(canvasMessages.notePlaceholder)}
        value={note.text}
        onChange={(event) => dispatch({ text: event.currentTarget.value }, `note-${id}`)}
      />
    </div>
  );
});
