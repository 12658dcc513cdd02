/** Below the canvas: training, results, experiments, data, problems. Its tabs stay in sight when it is closed; its height is remembered. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { type KeyboardEvent, lazy, type PointerEvent, useRef, useState } from 'react';
import { shellMessages } from '../../messages/shell';
import type { DrawerTab } from '../../state/contract';
import { useDocument } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import { ProblemsPanel } from '../problems/problems-panel';
import { Part } from './part';
import { TabStrip } from './tab-strip';

// Charts and tables load when they are first looked at.
const TrainingPanel = lazy(() =>
  import('../training/training-panel').then((module) => ({ default: module.TrainingPanel })),
);
const ResultsPanel = lazy(() =>
  import('../results/results-panel').then((module) => ({ default: module.ResultsPanel })),
);
const ExperimentsPanel = lazy(() =>
  import('../experiments/experiments-panel').then((module) => ({ default: module.ExperimentsPanel })),
);
const DataPanel = lazy(() => import('../data/data-panel').then((module) => ({ default: module.DataPanel })));

const MIN_HEIGHT = 140;
const KEY_STEP = 24;
const BAR = 48;
/** The canvas keeps at least half of the window. */
const maxHeight = (): number => Math.max(MIN_HEIGHT, Math.floor(window.innerHeight / 2) - BAR);
const clamp = (height: number): number => Math.round(Math.min(maxHeight(), Math.max(MIN_HEIGHT, height)));

export function Drawer() {
  const say = useText();
  const isOpen = useView((view) => view.drawerOpen);
  const tab = useView((view) => view.drawerTab);
  const saved = useView((view) => view.drawerHeight);
  const set = useView((view) => view.set);
  const [dragged, setDragged] = useState<number | null>(null);
  const height = clamp(dragged ?? saved);
  const label = say(isOpen ? shellMessages.collapseDrawer : shellMessages.expandDrawer);
  return (
    <section
      className="drawer"
      aria-label={say(shellMessages.drawer)}
      style={isOpen ? { height } : undefined}
      data-open={isOpen || undefined}
    >
      <h2 className="visually-hidden">{say(shellMessages.drawer)}</h2>
      {isOpen && (
        <Grip
          height={height}
          onDrag={setDragged}
          onCommit={(drawerHeight) => set({ drawerHeight: clamp(drawerHeight) })}
        />
      )}
      <div className="drawer-strip">
        <TabStrip<DrawerTab>
          label={say(shellMessages.drawer)}
          items={[
            { value: 'training', label: say(shellMessages.tabTraining) },
            { value: 'results', label: say(shellMessages.tabResults) },
            { value: 'experiments', label: say(shellMessages.tabExperiments) },
            { value: 'data', label: say(shellMessages.tabData) },
            { value: 'problems', label: say(shellMessages.tabProblems), badge: <ProblemCount /> },
          ]}
          value={isOpen ? tab : null}
          onChange={(value) => set({ drawerTab: value, drawerOpen: !(isOpen && value === tab) })}
          idPrefix="drawer"
        />
        <button
          type="button"
          className="icon-button small"
          aria-label={label}
          title={label}
          aria-expanded={isOpen}
          onClick={() => set({ drawerOpen: !isOpen })}
        >
          {isOpen ? <ChevronDown size={16} aria-hidden /> : <ChevronUp size={16} aria-hidden />}
        </button>
      </div>
      {isOpen && (
        <div
          className="drawer-content"
          role="tabpanel"
          id="drawer-panel"
          aria-labelledby={`drawer-tab-${tab}`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
        >
          <Part key={tab}>
            {tab === 'training' && <TrainingPanel />}
            {tab === 'results' && <ResultsPanel />}
            {tab === 'experiments' && <ExperimentsPanel />}
            {tab === 'data' && <DataPanel />}
            {tab === 'problems' && <ProblemsPanel />}
          </Part>
        </div>
      )}
    </section>
  );
}

function ProblemCount() {
  const say = useText();
  const count = useDocument((state) => state.compiled.diagnostics.length);
  const hasError = useDocument((state) =>
    state.compiled.diagnostics.some(({ severity }) => severity === 'error'),
  );
  if (count === 0) return null;
  return (
    <span
      className="count-badge tabular"
      data-severity={hasError ? 'error' : 'warning'}
      title={say(shellMessages.problemCount, { count })}
    >
      {count}
    </span>
  );
}

interface GripProps {
  readonly height: number;
  readonly onDrag: (height: number | null) => void;
  readonly onCommit: (height: number) => void;
}
function Grip({ height, onDrag, onCommit }: GripProps) {
  const say = useText();
  const start = useRef<{ readonly y: number; readonly height: number } | null>(null);
  const at = (event: PointerEvent) =>
    start.current ? start.current.height + start.current.y - event.clientY : height;
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: { readonly [key: string]: number } = { ArrowUp: KEY_STEP, ArrowDown: -KEY_STEP };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onCommit(height + step);
  };
  return (
    <hr
      className="drawer-grip"
      aria-orientation="horizontal"
      aria-label={say(shellMessages.resizeDrawer)}
      aria-valuenow={height}
      aria-valuemin={MIN_HEIGHT}
      aria-valuemax={maxHeight()}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { y: event.clientY, height };
      }}
      onPointerMove={(event) => {
        if (start.current) onDrag(at(event));
      }}
      onPointerUp={(event) => {
        onCommit(at(event));
        start.current = null;
        onDrag(null);
      }}
    />
  );
}
