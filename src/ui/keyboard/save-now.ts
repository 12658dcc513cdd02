/** Ctrl+S: everything is saved as it is edited, so the answer is to say so, or to offer a file where the browser cannot keep it. */
import { format } from '../../messages/catalogue';
import { shellMessages } from '../../messages/shell';
import { projectStore } from '../../state/project-store';
import { viewStore } from '../../state/view-store';
import { announce } from '../shell/announcer';

export async function saveNow(): Promise<void> {
  await projectStore.getState().flush();
  const { locale, set } = viewStore.getState();
  if (projectStore.getState().saved === 'failed') set({ dialog: 'export' });
  else announce(format(shellMessages.savedNow, locale));
}
