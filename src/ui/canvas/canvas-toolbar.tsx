/** Zoom, fit, tidy and add, at the lower left of the canvas. Also tells the style sheet when the view is far away. */
import { Panel, useStore } from '@xyflow/react';
import { Map as MapIcon, Maximize, Minus, Plus, StickyNote, Workflow } from 'lucide-react';
import { type ReactNode, type RefObject, useLayoutEffect } from 'react';
import type { Text } from '../../graph/text';
import { canvasMessages } from '../../messages/canvas';
import { useText } from '../i18n';
import { canvasControls } from './canvas-controls';
import { addNote, tidy } from './editing';
import { distanceOf } from './zoom-levels';

interface CanvasToolbarProps {
  readonly root: RefObject<HTMLElement | null>;
  readonly hasMinimap: boolean;
  readonly onToggleMinimap: () => void;
}
export function CanvasToolbar({ root, hasMinimap, onToggleMinimap }: CanvasToolbarProps) {
  const say = useText();
  const distance = useStore((state) => distanceOf(state.transform[2]));
  // On the element itself: one attribute changes the look of a thousand nodes without rendering one of them.
  useLayoutEffect(() => {
    root.current?.toggleAttribute('data-far', distance !== 'near');
    root.current?.toggleAttribute('data-farther', distance === 'farther' || distance === 'farthest');
    root.current?.toggleAttribute('data-farthest', distance === 'farthest');
  }, [root, distance]);
  return (
    <Panel position="bottom-left" className="canvas-toolbar">
      <div role="toolbar" aria-label={say(canvasMessages.toolbar)}>
        <Tool label={canvasMessages.zoomOut} keys="−" onClick={() => canvasControls()?.zoomOut()}>
          <Minus size={16} aria-hidden />
        </Tool>
        <ZoomReadout />
        <Tool label={canvasMessages.zoomIn} keys="+" onClick={() => canvasControls()?.zoomIn()}>
          <Plus size={16} aria-hidden />
        </Tool>
        <Tool label={canvasMessages.fit} keys="1" onClick={() => canvasControls()?.fit()}>
          <Maximize size={15} aria-hidden />
        </Tool>
        <span className="toolbar-rule" />
        <Tool label={canvasMessages.tidy} keys="Shift L" onClick={() => void tidy()}>
          <Workflow size={16} aria-hidden />
        </Tool>
        <Tool
          label={canvasMessages.addNote}
          onClick={() => addNote(canvasControls()?.center() ?? { x: 0, y: 0 })}
        >
          <StickyNote size={15} aria-hidden />
        </Tool>
        <Tool label={canvasMessages.toggleMinimap} isPressed={hasMinimap} onClick={onToggleMinimap}>
          <MapIcon size={15} aria-hidden />
        </Tool>
      </div>
    </Panel>
  );
}

function ZoomReadout() {
  const say = useText();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <button
      type="button"
      className="icon-button small zoom-readout tabular"
      onClick={() => canvasControls()?.zoomReset()}
      aria-label={`${percent} %: ${say(canvasMessages.zoomReset)}`}
      data-tip={`${say(canvasMessages.zoomReset)} · 0`}
    >
      {percent} %
    </button>
  );
}

interface ToolProps {
  readonly label: Text;
  readonly keys?: string;
  readonly isPressed?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}
function Tool({ label, keys, isPressed, onClick, children }: ToolProps) {
  const say = useText();
  return (
    <button
      type="button"
      className="icon-button small"
      aria-label={say(label)}
      data-tip={keys ? `${say(label)} · ${keys}` : say(label)}
      aria-pressed={isPressed}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
