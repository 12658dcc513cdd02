/** Left of the canvas: node types, outline, data. Collapsed, and on narrow windows, a rail of icons. */
import { Blocks, Database, ListTree, PanelLeft } from 'lucide-react';
import { useEffect } from 'react';
import { shellMessages } from '../../messages/shell';
import type { LeftTab } from '../../state/contract';
import { useView } from '../../state/view-store';
import { DataTab } from '../data/data-tab';
import { useText } from '../i18n';
import { Outline } from '../outline/outline';
import { Palette } from '../palette/palette';
import { Part } from './part';
import { TabStrip } from './tab-strip';

export function LeftPanel({ isNarrow }: { readonly isNarrow: boolean }) {
  const say = useText();
  const tab = useView((view) => view.leftTab);
  const isOpen = useView((view) => view.leftOpen);
  const set = useView((view) => view.set);
  // On a narrow window the open panel lies over the canvas, so it starts closed.
  useEffect(() => {
    if (isNarrow) set({ leftOpen: false, rightOpen: false });
  }, [isNarrow, set]);

  const items = [
    { value: 'nodes', label: say(shellMessages.tabNodes), icon: <Blocks size={16} aria-hidden /> },
    { value: 'outline', label: say(shellMessages.tabOutline), icon: <ListTree size={16} aria-hidden /> },
    { value: 'data', label: say(shellMessages.tabData), icon: <Database size={16} aria-hidden /> },
  ] as const;
  const isRail = isNarrow || !isOpen;
  const choose = (value: LeftTab) => set({ leftTab: value, leftOpen: !(isRail && isOpen && value === tab) });
  const label = say(isOpen ? shellMessages.collapseLeft : shellMessages.expandLeft);
  return (
    <aside className="frame-left" aria-label={say(shellMessages.left)} data-rail={isRail || undefined}>
      <div className="left-tabs">
        <TabStrip<LeftTab>
          label={say(shellMessages.left)}
          items={items.map(({ icon, ...item }) => (isRail ? { ...item, icon } : item))}
          value={isOpen ? tab : null}
          onChange={choose}
          idPrefix="left"
          orientation={isRail ? 'vertical' : 'horizontal'}
          iconsOnly={isRail}
        />
        <button
          type="button"
          className="icon-button small"
          aria-label={label}
          title={label}
          aria-expanded={isOpen}
          onClick={() => set({ leftOpen: !isOpen })}
        >
          <PanelLeft size={16} aria-hidden />
        </button>
      </div>
      {isOpen && (
        <div className="left-content" role="tabpanel" id="left-panel" aria-labelledby={`left-tab-${tab}`}>
          <h2 className="visually-hidden">{items.find(({ value }) => value === tab)?.label}</h2>
          <Part key={tab}>
            {tab === 'nodes' && <Palette />}
            {tab === 'outline' && <Outline />}
            {tab === 'data' && <DataTab />}
          </Part>
        </div>
      )}
    </aside>
  );
}
