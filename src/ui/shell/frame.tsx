/** The frame: top bar, left panel, canvas, inspector, drawer. Places what others draw and keeps the canvas at half the window. */
import { type CSSProperties, lazy, type ReactNode, useSyncExternalStore } from 'react';
import { shellMessages } from '../../messages/shell';
import { useView, viewStore } from '../../state/view-store';
import { Canvas } from '../canvas/canvas';
import { useText } from '../i18n';
import { Inspector } from '../inspector/inspector';
import { Announcer } from './announcer-view';
import { Drawer } from './drawer';
import './frame.css';
import { LeftPanel } from './left-panel';
import { Part } from './part';
import { TooltipLayer } from './tooltip';
import { TopBar } from './top-bar';

const Dialogs = lazy(() =>
  import('../dialogs/dialogs').then(({ Dialogs: component }) => ({ default: component })),
);

/** At this width and below, the left panel is a rail of icons that opens over the canvas and the inspector lies over it. */
const NARROW = '(max-width: 1100px)';
const narrow = matchMedia(NARROW);
const subscribeNarrow = (onChange: () => void) => {
  narrow.addEventListener('change', onChange);
  return () => narrow.removeEventListener('change', onChange);
};
const useIsNarrow = (): boolean => useSyncExternalStore(subscribeNarrow, () => narrow.matches);

export function Frame() {
  const say = useText();
  const isNarrow = useIsNarrow();
  const leftOpen = useView((view) => view.leftOpen);
  const rightOpen = useView((view) => view.rightOpen);
  const dialog = useView((view) => view.dialog);
  const style: CSSProperties & Record<`--${string}`, string> = {
    '--left': leftOpen && !isNarrow ? 'var(--left-width)' : 'var(--rail-width)',
    '--right': rightOpen && !isNarrow ? 'var(--right-width)' : '0px',
  };
  return (
    <div className="frame" style={style} data-narrow={isNarrow || undefined}>
      <div className="skip-links">
        <SkipLink
          onFollow={() => {
            viewStore.getState().set({ leftOpen: true, leftTab: 'outline' });
            requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-outline-stop]')?.focus());
          }}
        >
          {say(shellMessages.skipToOutline)}
        </SkipLink>
        <SkipLink onFollow={() => document.getElementById('canvas')?.focus()}>
          {say(shellMessages.skipToCanvas)}
        </SkipLink>
      </div>
      <TopBar />
      <LeftPanel isNarrow={isNarrow} />
      <main className="frame-main">
        <div className="frame-canvas">
          <Part>
            <Canvas />
          </Part>
          <Announcer />
        </div>
        <Drawer />
      </main>
      {rightOpen && (
        <aside className="frame-right" aria-label={say(shellMessages.right)} id="inspector">
          <h2 className="visually-hidden">{say(shellMessages.right)}</h2>
          <Part>
            <Inspector />
          </Part>
        </aside>
      )}
      <TooltipLayer />
      {dialog !== null && (
        <Part>
          <Dialogs />
        </Part>
      )}
    </div>
  );
}

function SkipLink({ onFollow, children }: { readonly onFollow: () => void; readonly children: ReactNode }) {
  return (
    <button type="button" className="skip-link" onClick={onFollow}>
      {children}
    </button>
  );
}
