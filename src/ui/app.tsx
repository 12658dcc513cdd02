/** Theme, language and keyboard around the frame. */
import { MantineProvider } from '@mantine/core';
import { useEffect, useSyncExternalStore } from 'react';
import { useView } from '../state/view-store';
import { useLocale } from './i18n';
import { useKeyboard } from './keyboard/use-keyboard';
import { Frame } from './shell/frame';
import { cssVariablesResolver, mantineTheme } from './theme/mantine-theme';

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
  return (
    <MantineProvider
      theme={mantineTheme}
      cssVariablesResolver={cssVariablesResolver}
      forceColorScheme={theme}
    >
      <Frame />
    </MantineProvider>
  );
}

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const subscribeSystem = (onChange: () => void) => {
  systemDark.addEventListener('change', onChange);
  return () => systemDark.removeEventListener('change', onChange);
};

function useResolvedTheme(): 'light' | 'dark' {
  const wish = useView((view) => view.theme);
  const isSystemDark = useSyncExternalStore(subscribeSystem, () => systemDark.matches);
  if (wish !== 'system') return wish;
  return isSystemDark ? 'dark' : 'light';
}
