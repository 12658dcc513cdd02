/** Light or dark as it is shown now: the user's wish, or what the system says. */
import { useSyncExternalStore } from 'react';
import { useView } from '../../state/view-store';

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const subscribeSystem = (onChange: () => void) => {
  systemDark.addEventListener('change', onChange);
  return () => systemDark.removeEventListener('change', onChange);
};

export function useResolvedTheme(): 'light' | 'dark' {
  const wish = useView((view) => view.theme);
  const isSystemDark = useSyncExternalStore(subscribeSystem, () => systemDark.matches);
  if (wish !== 'system') return wish;
  return isSystemDark ? 'dark' : 'light';
}
