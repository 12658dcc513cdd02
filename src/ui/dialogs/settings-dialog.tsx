/** What is remembered per browser: theme, language, how the canvas draws. Takes effect at once. */
import { LOCALES, type Locale } from '../../graph/text';
import { dialogsMessages as words } from '../../messages/dialogs';
import type { ViewState } from '../../state/contract';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import { Switch } from '../inspector/switch';
import css from './dialogs.module.css';

const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = { en: 'English', zh: '简体中文' };
const SWITCHES = ['showShapes', 'showCosts', 'snapToGrid'] as const;

export function SettingsDialog() {
  const text = useText();
  const theme = useView((state) => state.theme);
  const locale = useView((state) => state.locale);
  const wireStyle = useView((state) => state.wireStyle);
  const set = useView((state) => state.set);
  return (
    <div className={css.options} style={{ margin: 0 }}>
      <label htmlFor="setting-theme">{text(words.theme)}</label>
      <select
        className={form.control}
        id="setting-theme"
        value={theme}
        onChange={(event) => set({ theme: event.currentTarget.value as ViewState['theme'] })}
      >
        <option value="system">{text(words.themeSystem)}</option>
        <option value="light">{text(words.themeLight)}</option>
        <option value="dark">{text(words.themeDark)}</option>
      </select>
      <label htmlFor="setting-language">{text(words.language)}</label>
      <select
        className={form.control}
        id="setting-language"
        value={locale}
        onChange={(event) => set({ locale: event.currentTarget.value as Locale })}
      >
        {LOCALES.map((each) => (
          <option key={each} value={each}>
            {LANGUAGE_NAMES[each]}
          </option>
        ))}
      </select>
      <label htmlFor="setting-wires">{text(words.wires)}</label>
      <select
        className={form.control}
        id="setting-wires"
        value={wireStyle}
        onChange={(event) => set({ wireStyle: event.currentTarget.value as ViewState['wireStyle'] })}
      >
        <option value="bezier">{text(words.wiresBezier)}</option>
        <option value="step">{text(words.wiresStep)}</option>
      </select>
      {SWITCHES.map((name) => (
        <SwitchRow key={name} name={name} />
      ))}
    </div>
  );
}

function SwitchRow({ name }: { readonly name: (typeof SWITCHES)[number] }) {
  const text = useText();
  const checked = useView((state) => state[name]);
  const set = useView((state) => state.set);
  return (
    <>
      <label htmlFor={`setting-${name}`}>{text(words[name])}</label>
      <Switch id={`setting-${name}`} checked={checked} onChange={(on) => set({ [name]: on })} />
    </>
  );
}
