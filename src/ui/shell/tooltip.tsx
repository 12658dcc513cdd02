/**
 * Tooltips for the whole page from one listener and one element: whatever carries `data-tip` has one. It only repeats or
 * explains; a control's name is its own label, so nothing is lost where nobody hovers.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

const DELAY_MS = 400;
/** After one has been shown, the next appears at once: people read along a row of icons. */
const WARM_MS = 600;
const GAP = 6;
const MARGIN = 6;

interface Shown {
  readonly text: string;
  readonly rect: DOMRect;
  /** Beside a list the bubble would hide what comes next. */
  readonly isBeside: boolean;
}

export function TooltipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let owner: Element | null = null;
    let hiddenAt = Number.NEGATIVE_INFINITY;
    const hide = () => {
      clearTimeout(timer);
      if (owner) hiddenAt = performance.now();
      owner = null;
      setShown(null);
    };
    const show = (element: Element, delay: number) => {
      if (element === owner) return;
      hide();
      owner = element;
      timer = setTimeout(() => {
        const text = element.getAttribute('data-tip');
        const isBeside = element.getAttribute('data-tip-side') === 'right';
        if (text && element.isConnected) setShown({ text, rect: element.getBoundingClientRect(), isBeside });
      }, delay);
    };
    const onOver = ({ target, pointerType }: PointerEvent) => {
      const element = target instanceof Element ? target.closest('[data-tip]') : null;
      if (!element) hide();
      else if (pointerType !== 'touch') show(element, performance.now() - hiddenAt < WARM_MS ? 0 : DELAY_MS);
    };
    const onFocus = ({ target }: FocusEvent) => {
      if (target instanceof Element && target.matches('[data-tip]:focus-visible')) show(target, DELAY_MS);
    };
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') hide();
    };
    document.addEventListener('pointerover', onOver);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', onKey);
    document.addEventListener('scroll', hide, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('scroll', hide, true);
    };
  }, []);
  return shown ? createPortal(<Bubble {...shown} />, document.body) : null;
}

function Bubble({ text, rect, isBeside }: Shown) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { style, offsetWidth, offsetHeight } = element.current!;
    if (isBeside) {
      style.left = `${rect.right + GAP}px`;
      style.top = `${rect.top + (rect.height - offsetHeight) / 2}px`;
      return;
    }
    const left = rect.left + rect.width / 2 - offsetWidth / 2;
    const below = rect.bottom + GAP;
    const isBelow = below + offsetHeight + MARGIN <= window.innerHeight;
    style.left = `${Math.max(MARGIN, Math.min(left, window.innerWidth - offsetWidth - MARGIN))}px`;
    style.top = `${isBelow ? below : rect.top - GAP - offsetHeight}px`;
  }, [rect, isBeside]);
  // Hidden from screen readers: they have the control's own name and description.
  return (
    <div ref={element} className="tooltip" aria-hidden>
      {text}
    </div>
  );
}
