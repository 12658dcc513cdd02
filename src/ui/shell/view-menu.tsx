/** Theme, language and how the canvas is drawn: view settings, never part of the document. */
import { Settings2 } from 'lucide-react';
import { LOCALES, type Locale } from '../../graph/text';
import { shellMessages } from '../../messages/shell';
import type { Dialog } from '../../state/contract';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import { MenuButton, MenuDivider, MenuItem, MenuLabel } from './menu';

/** Each language in its own words: who needs the switch cannot read the other. */
const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = { en: 'English', zh: '简体中文' };

const THEMES = [
  { value: 'light', title: shellMessages.themeLight },
  { value: 'dark', title: shellMessages.themeDark },
  { value: 'system', title: shellMessages.themeSystem },
] as const;

export function ViewMenu() {
  const say = useText();
  return (
    <MenuButton
      label={say(shellMessages.settings)}
      tip={say(shellMessages.settings)}
      className="icon-button"
      content={<Settings2 size={16} aria-hidden />}
    >
      {(close) => <Items close={close} />}
    </MenuButton>
  );
}

/** Settings leave the menu open, so that several can be tried. */
function Items({ close }: { readonly close: () => void }) {
  const say = useText();
  const view = useView((state) => state);
  const { set } = view;
  const open = (dialog: Dialog) => () => {
    close();
    set({ dialog });
  };
  return (
    <>
      <MenuLabel>{say(shellMessages.theme)}</MenuLabel>
      {THEMES.map(({ value, title }) => (
        <MenuItem key={value} isChecked={view.theme === value} onClick={() => set({ theme: value })}>
          {say(title)}
        </MenuItem>
      ))}
      <MenuLabel>{say(shellMessages.language)}</MenuLabel>
      {LOCALES.map((locale) => (
        <MenuItem key={locale} isChecked={view.locale === locale} onClick={() => set({ locale })}>
          <span lang={locale}>{LANGUAGE_NAMES[locale]}</span>
        </MenuItem>
      ))}
      <MenuLabel>{say(shellMessages.canvas)}</MenuLabel>
      <MenuItem isChecked={view.showShapes} onClick={() => set({ showShapes: !view.showShapes })}>
        {say(shellMessages.showShapes)}
      </MenuItem>
      <MenuItem isChecked={view.showCosts} onClick={() => set({ showCosts: !view.showCosts })}>
        {say(shellMessages.showCosts)}
      </MenuItem>
      <MenuItem isChecked={view.showMeasured} onClick={() => set({ showMeasured: !view.showMeasured })}>
        {say(shellMessages.showMeasured)}
      </MenuItem>
      <MenuItem isChecked={view.snapToGrid} onClick={() => set({ snapToGrid: !view.snapToGrid })}>
        {say(shellMessages.snapToGrid)}
      </MenuItem>
      <MenuItem
        isChecked={view.wireStyle === 'step'}
        onClick={() => set({ wireStyle: view.wireStyle === 'step' ? 'bezier' : 'step' })}
      >
        {say(shellMessages.stepWires)}
      </MenuItem>
      <MenuDivider />
      <MenuItem keys="?" onClick={open('shortcuts')}>
        {say(shellMessages.shortcuts)}
      </MenuItem>
      <MenuItem onClick={open('matrix')}>{say(shellMessages.matrix)}</MenuItem>
      <MenuItem onClick={open('settings')}>{say(shellMessages.allSettings)}</MenuItem>
    </>
  );
}
