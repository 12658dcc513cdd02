/** From files to a data set in use: choose, watch the reading, read what was noticed, pick the column to predict. */
import { useEffect, useState } from 'react';
import type { DataProblem } from '../../data/dataset';
import type { DatasetSchema } from '../../graph/schema';
import { formatPercent } from '../../messages/catalogue';
import { dialogsMessages as words } from '../../messages/dialogs';
import { dataStore, useData } from '../../state/data-store';
import { documentStore } from '../../state/document-store';
import { useView } from '../../state/view-store';
import { canPredict, retarget } from '../data/retarget';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import css from './dialogs.module.css';
import { DropZone } from './drop-zone';
import type { DroppedFile } from './dropped-files';
import { ProblemSentences } from './problem-sentences';
import { type UploadChoices, UploadOptionsForm } from './upload-options-form';

const ACCEPT = '.csv,.tsv,.txt,.zip,image/*';

export function UploadDialog() {
  const text = useText();
  const upload = useData((state) => state.upload);
  const reset = useData((state) => state.resetUpload);
  const start = useData((state) => state.startUpload);
  const cancel = useData((state) => state.cancelUpload);
  const [files, setFiles] = useState<readonly DroppedFile[]>([]);
  const [choices, setChoices] = useState<UploadChoices>({ title: '', separator: null, imageSize: null });
  // A finished or failed upload of an earlier visit is not the answer to this one.
  useEffect(() => {
    const { kind } = dataStore.getState().upload;
    if (kind === 'done' || kind === 'failed') reset();
  }, [reset]);

  switch (upload.kind) {
    case 'idle':
      return (
        <>
          <p className={css.hint}>{text(words.uploadPrivate)}</p>
          <DropZone
            hint={text(words.dropHint)}
            accept={ACCEPT}
            allowFolder
            onFiles={(found) => {
              setFiles(found);
              const title = choices.title.trim() || titleOf(found);
              void start(found, { ...choices, title, target: null });
            }}
          />
          <UploadOptionsForm choices={choices} onChange={setChoices} />
        </>
      );
    case 'working': {
      const share = upload.total > 0 ? upload.done / upload.total : 0;
      const named =
        files.length === 1 ? (files[0]?.path ?? '') : text(words.filesCount, { count: files.length });
      return (
        <>
          <p className={css.hint} role="status">
            {text(words.reading, { files: named })}
          </p>
          <div
            className={css.track}
            role="progressbar"
            aria-label={text(words.reading, { files: named })}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(share * 100)}
          >
            <div className={css.fill} style={{ width: `${share * 100}%` }} />
          </div>
          <div className={css.actions}>
            <span className={css.meta} style={{ margin: 0 }}>
              {text(words.readProgress, { share: formatPercent(share) })}
            </span>
            <button type="button" className={css.button} style={{ marginLeft: 'auto' }} onClick={cancel}>
              {text(words.cancel)}
            </button>
          </div>
        </>
      );
    }
    case 'failed':
      return (
        <div role="alert">
          <strong className={css.failed}>{text(words.uploadFailed)}</strong>
          <ProblemSentences problems={upload.problems} />
          <div className={css.actions}>
            <button type="button" className={`${css.button} ${css.main}`} onClick={reset}>
              {text(words.tryAgain)}
            </button>
          </div>
        </div>
      );
    case 'done':
      return <Finish schema={upload.schema} warnings={upload.warnings} />;
  }
}

interface FinishProps {
  readonly schema: DatasetSchema;
  readonly warnings: readonly DataProblem[];
}

function Finish({ schema, warnings }: FinishProps) {
  const text = useText();
  const bind = useData((state) => state.bind);
  const reset = useData((state) => state.resetUpload);
  const set = useView((state) => state.set);
  const [target, setTarget] = useState(schema.target ?? '');
  const columns = schema.columns.filter(canPredict);
  const close = () => {
    set({ dialog: null });
    reset();
  };
  return (
    <>
      <p role="status">
        <strong>{text(schema.title)}.</strong>{' '}
        {text(words.uploadDone, { rows: schema.rows, columns: schema.columns.length })}
      </p>
      {warnings.length > 0 && (
        <section>
          <strong>{text(words.remarks)}</strong>
          <ProblemSentences problems={warnings} />
        </section>
      )}
      <div className={css.options}>
        <label htmlFor="upload-target">{text(words.predict)}</label>
        <select
          className={form.control}
          id="upload-target"
          value={target}
          aria-describedby="upload-target-help"
          onChange={(event) => setTarget(event.currentTarget.value)}
        >
          {target === '' && <option value="">{text(words.predictNone)}</option>}
          {columns.map((column) => (
            <option key={column.name} value={column.name}>
              {column.name}
            </option>
          ))}
        </select>
        <span />
        <span id="upload-target-help" className={css.meta}>
          {text(words.predictHelp)}
        </span>
      </div>
      <div className={`${css.actions} ${css.end}`}>
        <button type="button" className={css.button} onClick={close}>
          {text(words.later)}
        </button>
        <button
          type="button"
          className={`${css.button} ${css.main}`}
          onClick={() => {
            bind(schema.id);
            const { doc, dispatch } = documentStore.getState();
            const command = target === '' ? null : retarget(doc, schema, target);
            if (command) dispatch(command);
            set({ drawerOpen: true, drawerTab: 'data' });
            close();
          }}
        >
          {text(words.useData)}
        </button>
      </div>
    </>
  );
}

/** `cats-and-dogs/cats/1.png` → `cats-and-dogs`; `penguins.csv` → `penguins`. */
function titleOf(files: readonly DroppedFile[]): string {
  const path = files[0]?.path ?? '';
  const [top = path] = path.split('/');
  return path.includes('/') ? top : top.replace(/\.[^.]+$/, '');
}
