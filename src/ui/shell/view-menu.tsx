/** Theme, language and how the canvas is drawn: view settings, never part of the document. */
import { Menu } from '@mantine/core';
import { Check, Settings2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { LOCALES, type Locale } from '../../graph/text';
import { shellMessages } from '../../messages/shell';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';

/** Each language in its own words: who needs the switch cannot read the other. */
const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = { en: 'English', zh: '简体中文' };

export function ViewMenu() {
  const say = useText();
  const view = useView((state) => state);
  const { set } = view;
  const choice = (isOn: boolean, words: ReactNode, onClick: () => void, key: string) => (
    <Menu.Item
      key={key}
      role="menuitemcheckbox"
      aria-checked={isOn}
      closeMenuOnClick={false}
      onClick={onClick}
      leftSection={<Check size={14} aria-hidden style={{ visibility: isOn ? 'visible' : 'hidden' }} />}
    >
      {words}
    </Menu.Item>
  );
  const themes = {
    light: shellMessages.themeLight,
    dark: shellMessages.themeDark,
    system: shellMessages.themeSystem,
  } as const;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <button
          type="button"
          className="icon-button"
          aria-label={say(shellMessages.settings)}
          title={say(shellMessages.settings)}
        >
          <Settings2 size={16} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{say(shellMessages.theme)}</Menu.Label>
        {(['light', 'dark', 'system'] as const).map((theme) =>
          choice(view.theme === theme, say(themes[theme]), () => set({ theme }), theme),
        )}
        <Menu.Label>{say(shellMessages.language)}</Menu.Label>
        {LOCALES.map((locale) =>
          choice(
            view.locale === locale,
            <span lang={locale}>{LANGUAGE_NAMES[locale]}</span>,
            () => set({ locale }),
            locale,
          ),
        )}
        <Menu.Label>{say(shellMessages.canvas)}</Menu.Label>
        {choice(
          view.showShapes,
          say(shellMessages.showShapes),
          () => set({ showShapes: !view.showShapes }),
          'shapes',
        )}
        {choice(
          view.showCosts,
          say(shellMessages.showCosts),
          () => set({ showCosts: !view.showCosts }),
          'costs',
        )}
        {choice(
          view.snapToGrid,
          say(shellMessages.snapToGrid),
          () => set({ snapToGrid: !view.snapToGrid }),
          'snap',
        )}
        {choice(
          view.wireStyle === 'step',
          say(shellMessages.stepWires),
          () => set({ wireStyle: view.wireStyle === 'step' ? 'bezier' : 'step' }),
          'wires',
        )}
        <Menu.Divider />
        <Menu.Item
          onClick={() => set({ dialog: 'shortcuts' })}
          rightSection={<span className="menu-keys">?</span>}
        >
          {say(shellMessages.shortcuts)}
        </Menu.Item>
        <Menu.Item onClick={() => set({ dialog: 'matrix' })}>{say(shellMessages.matrix)}</Menu.Item>
        <Menu.Item onClick={() => set({ dialog: 'settings' })}>{say(shellMessages.allSettings)}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
