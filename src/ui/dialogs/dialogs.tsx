/** The dialog that is open, if any: one frame (focus stays inside, Escape closes, focus returns), eight contents. */
import { MantineProvider, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { Text } from '../../graph/text';
import { dialogsMessages as words } from '../../messages/dialogs';
import type { Dialog } from '../../state/contract';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import { cssVariablesResolver, mantineTheme } from '../theme/mantine-theme';
import { useResolvedTheme } from '../theme/use-resolved-theme';
import css from './dialogs.module.css';
import { ExportDialog } from './export-dialog';
import { GalleryDialog } from './gallery-dialog';
import { ImportDialog } from './import-dialog';
import { MatrixDialog } from './matrix-dialog';
import { ProjectsDialog } from './projects-dialog';
import { SettingsDialog } from './settings-dialog';
import { ShortcutsDialog } from './shortcuts-dialog';
import { UploadDialog } from './upload-dialog';

interface Content {
  readonly title: Text;
  readonly width: number;
  render(): ReactNode;
}

const DIALOGS: Readonly<Record<Dialog, Content>> = {
  gallery: { title: words.gallery, width: 860, render: () => <GalleryDialog /> },
  projects: { title: words.projects, width: 560, render: () => <ProjectsDialog /> },
  upload: { title: words.upload, width: 560, render: () => <UploadDialog /> },
  import: { title: words.import, width: 560, render: () => <ImportDialog /> },
  export: { title: words.export, width: 560, render: () => <ExportDialog /> },
  shortcuts: { title: words.shortcuts, width: 720, render: () => <ShortcutsDialog /> },
  matrix: { title: words.matrix, width: 860, render: () => <MatrixDialog /> },
  settings: { title: words.settings, width: 460, render: () => <SettingsDialog /> },
};

export function Dialogs() {
  const text = useText();
  const dialog = useView((state) => state.dialog);
  const set = useView((state) => state.set);
  const content = dialog ? DIALOGS[dialog] : null;
  const theme = useResolvedTheme();
  useFocusReturn();
  // The provider stands here and not around the app: the first paint needs nothing of the kit, and it is large.
  return (
    <MantineProvider
      theme={mantineTheme}
      cssVariablesResolver={cssVariablesResolver}
      forceColorScheme={theme}
    >
      <Modal.Root
        opened={content !== null}
        onClose={() => set({ dialog: null })}
        size={content?.width ?? 560}
        padding="lg"
        centered
      >
        <Modal.Overlay backgroundOpacity={0.4} />
        <Modal.Content>
          {/* Not Mantine's header: that is a banner landmark, and the page has one. */}
          <div className={css.head}>
            <Modal.Title className={css.title}>{content && text(content.title)}</Modal.Title>
            <Modal.CloseButton aria-label={text(words.close)} />
          </div>
          <Modal.Body>{content?.render()}</Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </MantineProvider>
  );
}

/** Gives the focus back to what had it. The kit's own way misses it here: the modal comes and goes with its first opening. */
function useFocusReturn(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    },
    [opener],
  );
}
