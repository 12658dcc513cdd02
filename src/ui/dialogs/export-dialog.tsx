/** What the project can leave as: its own file, or a tfjs model; always says whether the weights are trained. */
import { Download } from 'lucide-react';
import { useState } from 'react';
import { serialise } from '../../graph/serialise';
import { dialogsMessages as words } from '../../messages/dialogs';
import { documentStore, useDocument } from '../../state/document-store';
import { useRun } from '../../state/run-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import { useFailureSentence } from '../training/failure-notice';
import css from './dialogs.module.css';
import { download, fileStem } from './download';

export function ExportDialog() {
  const text = useText();
  const name = useDocument((state) => state.doc.name);
  const set = useView((state) => state.set);
  const [said, setSaid] = useState('');
  const projectFile = `${fileStem(name)}.weft.json`;
  return (
    <>
      <section className={css.section}>
        <h3>{text(words.projectFile)}</h3>
        <p>{text(words.projectFileHelp)}</p>
        <div className={css.actions}>
          <button
            type="button"
            className={`${css.button} ${css.main}`}
            onClick={() => {
              download(projectFile, serialise(documentStore.getState().doc), 'application/json');
              setSaid(text(words.exported, { file: projectFile }));
            }}
          >
            <Download size={15} aria-hidden />
            {text(words.download, { file: projectFile })}
          </button>
        </div>
      </section>
      <TfjsSection stem={fileStem(name)} onSay={setSaid} />
      <p role="status" className={css.hint} style={{ minHeight: '1.4em' }}>
        {said}
      </p>
      <button type="button" className={css.button} onClick={() => set({ dialog: 'matrix' })}>
        {text(words.showMatrix)}
      </button>
    </>
  );
}

interface TfjsSectionProps {
  readonly stem: string;
  onSay(sentence: string): void;
}

function TfjsSection({ stem, onSay }: TfjsSectionProps) {
  const text = useText();
  const canExport = useDocument((state) => state.compiled.plan !== null);
  const exportTfjs = useRun((state) => state.exportTfjs);
  const hasRun = useRun((state) => state.status === 'done');
  const hasImported = useRun((state) => state.importedWeights > 0);
  const stale = useRun((state) => state.stale);
  const sentence = useFailureSentence();
  const [isBusy, setBusy] = useState(false);
  const save = async (asZip: boolean) => {
    setBusy(true);
    onSay(text(words.exporting));
    const outcome = await exportTfjs();
    if (!outcome.ok) {
      onSay(text(words.exportFailed, { message: sentence(outcome.cause) }));
      return setBusy(false);
    }
    const { modelJson, weights, trained, kept } = outcome;
    try {
      const weightsName = weightsPath(modelJson);
      const file = asZip ? `${stem}-tfjs.zip` : `model.json, ${weightsName}`;
      if (asZip)
        download(file, await zipped({ 'model.json': modelJson, [weightsName]: weights }), 'application/zip');
      else {
        download('model.json', modelJson, 'application/json');
        download(weightsName, weights, 'application/octet-stream');
      }
      if (trained) onSay(text(words.exportedTrained, { file }));
      else if (kept && kept.kept > 0)
        onSay(text(words.exportedPartly, { file, kept: kept.kept, total: kept.total }));
      else onSay(text(words.exportedFresh, { file }));
    } catch (error) {
      onSay(text(words.exportFailed, { message: error instanceof Error ? error.message : String(error) }));
    }
    setBusy(false);
  };
  const before = hasImported ? words.importedWeights : words.freshWeights;
  const state = !hasRun ? before : stale ? words.staleWeights : words.trainedWeights;
  return (
    <section className={css.section} aria-busy={isBusy}>
      <h3>{text(words.tfjs)}</h3>
      <p>{text(words.tfjsHelp)}</p>
      <p>{text(canExport ? state : words.exportBlocked)}</p>
      <div className={css.actions}>
        <button
          type="button"
          className={`${css.button} ${css.main}`}
          disabled={!canExport || isBusy}
          onClick={() => void save(true)}
        >
          <Download size={15} aria-hidden />
          {text(words.asZip)}
        </button>
        <button
          type="button"
          className={css.button}
          disabled={!canExport || isBusy}
          onClick={() => void save(false)}
        >
          {text(words.asFiles)}
        </button>
      </div>
    </section>
  );
}

/** The name under which model.json looks for its weights. */
function weightsPath(modelJson: string): string {
  const parsed = JSON.parse(modelJson) as {
    readonly weightsManifest?: readonly { readonly paths?: readonly string[] }[];
  };
  return parsed.weightsManifest?.[0]?.paths?.[0] ?? 'model.weights.bin';
}

async function zipped(files: {
  readonly [name: string]: string | ArrayBuffer;
}): Promise<Uint8Array<ArrayBuffer>> {
  const { strToU8, zip } = await import('fflate');
  const entries = Object.fromEntries(
    Object.entries(files).map(([name, content]) => [
      name,
      typeof content === 'string' ? strToU8(content) : new Uint8Array(content),
    ]),
  );
  return new Promise((resolve, reject) => {
    zip(entries, { level: 6 }, (error, bytes) =>
      error ? reject(error) : resolve(bytes as Uint8Array<ArrayBuffer>),
    );
  });
}
