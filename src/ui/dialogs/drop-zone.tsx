/** A place for files: dropped (folders too), or chosen with the system's own dialog by mouse or keyboard. */
import { FileUp } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { dialogsMessages as words } from '../../messages/dialogs';
import { useText } from '../i18n';
import css from './dialogs.module.css';
import { type DroppedFile, droppedFiles, pickedFiles } from './dropped-files';

interface DropZoneProps {
  readonly hint: string;
  readonly accept: string;
  readonly allowFolder: boolean;
  readonly children?: ReactNode;
  onFiles(files: readonly DroppedFile[]): void;
}

export function DropZone({ hint, accept, allowFolder, children, onFiles }: DropZoneProps) {
  const text = useText();
  const [isOver, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const give = (found: readonly DroppedFile[]) => {
    if (found.length > 0) onFiles(found);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra for the mouse; the buttons inside do the same
    <div
      className={`${css.drop} ${isOver ? css.over : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void droppedFiles(event.dataTransfer).then(give);
      }}
    >
      <FileUp size={26} aria-hidden style={{ color: 'var(--text-dim)' }} />
      <strong>{text(words.dropTitle)}</strong>
      <p>{hint}</p>
      <div className={css.actions} style={{ justifyContent: 'center', marginTop: 4 }}>
        <button type="button" className={`${css.button} ${css.main}`} onClick={() => files.current?.click()}>
          {text(words.chooseFiles)}
        </button>
        {allowFolder && (
          <button type="button" className={css.button} onClick={() => folder.current?.click()}>
            {text(words.chooseFolder)}
          </button>
        )}
      </div>
      {children}
      <input
        ref={files}
        type="file"
        hidden
        multiple
        accept={accept}
        aria-label={text(words.chooseFiles)}
        onChange={(event) => {
          give(pickedFiles(event.currentTarget.files));
          event.currentTarget.value = '';
        }}
      />
      {allowFolder && (
        <input
          ref={folder}
          type="file"
          hidden
          multiple
          aria-label={text(words.chooseFolder)}
          {...{ webkitdirectory: '' }}
          onChange={(event) => {
            give(pickedFiles(event.currentTarget.files));
            event.currentTarget.value = '';
          }}
        />
      )}
    </div>
  );
}
