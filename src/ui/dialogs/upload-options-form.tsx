/** What may be told before files are read; everything is found by itself if it is not. */
import { dialogsMessages as words } from '../../messages/dialogs';
import { useText } from '../i18n';
import form from '../inspector/form.module.css';
import css from './dialogs.module.css';

export interface UploadChoices {
  readonly title: string;
  readonly separator: string | null;
  readonly imageSize: number | null;
}

interface UploadOptionsFormProps {
  readonly choices: UploadChoices;
  onChange(choices: UploadChoices): void;
}

const SIZES = [16, 28, 32, 48, 64, 96, 128] as const;
const SEPARATORS = [
  [',', words.separatorComma],
  [';', words.separatorSemicolon],
  ['\t', words.separatorTab],
  ['|', words.separatorPipe],
] as const;

export function UploadOptionsForm({ choices, onChange }: UploadOptionsFormProps) {
  const text = useText();
  return (
    <details style={{ marginTop: 'var(--space-3)' }}>
      <summary>{text(words.options)}</summary>
      <div className={css.options}>
        <label htmlFor="upload-title">{text(words.datasetTitle)}</label>
        <input
          className={form.control}
          id="upload-title"
          type="text"
          value={choices.title}
          onChange={(event) => onChange({ ...choices, title: event.currentTarget.value })}
        />
        <label htmlFor="upload-separator">{text(words.separator)}</label>
        <select
          className={form.control}
          id="upload-separator"
          value={choices.separator ?? ''}
          onChange={(event) => onChange({ ...choices, separator: event.currentTarget.value || null })}
        >
          <option value="">{text(words.separatorAuto)}</option>
          {SEPARATORS.map(([sign, title]) => (
            <option key={sign} value={sign}>
              {text(title)}
            </option>
          ))}
        </select>
        <label htmlFor="upload-size">{text(words.imageSize)}</label>
        <select
          className={form.control}
          id="upload-size"
          value={choices.imageSize ?? ''}
          onChange={(event) => onChange({ ...choices, imageSize: Number(event.currentTarget.value) || null })}
        >
          <option value="">{text(words.imageSizeAuto)}</option>
          {SIZES.map((size) => (
            <option key={size} value={size}>
              {size}×{size}
            </option>
          ))}
        </select>
      </div>
    </details>
  );
}
