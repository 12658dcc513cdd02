/** Theme, language and keyboard around the frame. */
import { useEffect } from 'react';
import { useLocale } from './i18n';
import { useKeyboard } from './keyboard/use-keyboard';
import { Frame } from './shell/frame';
import { useResolvedTheme } from './theme/use-resolved-theme';

export function App() {
  const theme = useResolvedTheme();
  const locale = useLocale();
  useKeyboard();
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en';
  }, [locale]);
  return <Frame />;
}
