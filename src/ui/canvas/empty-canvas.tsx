/** What an empty canvas teaches: the three ways to begin. */
import { LayoutTemplate, Plus } from 'lucide-react';
import { canvasMessages } from '../../messages/canvas';
import { viewStore } from '../../state/view-store';
import { useText } from '../i18n';
import { canvasControls } from './canvas-controls';

export function EmptyCanvas() {
  const say = useText();
  return (
    <div className="canvas-empty">
      <h2>{say(canvasMessages.emptyTitle)}</h2>
      <p>{say(canvasMessages.emptyHint)}</p>
      <div className="canvas-empty-actions">
        <button
          type="button"
          className="quiet-button"
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            canvasControls()?.openSearch({ at: { clientX: box.left, clientY: box.bottom + 8 } });
          }}
        >
          <Plus size={15} aria-hidden />
          {say(canvasMessages.addFirst)}
        </button>
        <button
          type="button"
          className="quiet-button"
          onClick={() => viewStore.getState().set({ dialog: 'gallery' })}
        >
          <LayoutTemplate size={15} aria-hidden />
          {say(canvasMessages.openGallery)}
        </button>
      </div>
    </div>
  );
}
