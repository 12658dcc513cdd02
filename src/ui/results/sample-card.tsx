/** One test row: what it is, what is true, what the model said, and how sure it was. */
import { Check, X } from 'lucide-react';
import { formatPercent } from '../../messages/catalogue';
import { resultsMessages as words } from '../../messages/results';
import type { PredictionSample } from '../../worker/protocol';
import { Pixels } from '../data/pixels';
import { useText } from '../i18n';
import css from './samples.module.css';

interface SampleCardProps {
  readonly sample: PredictionSample;
  readonly head: string;
  readonly classes: readonly string[] | null;
  /** Columns that the cards have no room for: the target itself. */
  readonly hide: ReadonlySet<string>;
}

const TOP = 3;
const PROSE = 32;
const FACTS = 5;

export function SampleCard({ sample, head: name, classes, hide }: SampleCardProps) {
  const text = useText();
  const head = sample.heads.find((each) => each.head === name) ?? sample.heads[0];
  const cells = Object.entries(sample.cells).filter(([column]) => !hide.has(column));
  const image = cells.find(([, cell]) => cell.kind === 'image')?.[1];
  const texts = cells.flatMap(([column, cell]) =>
    cell.kind === 'text' ? [{ column, text: cell.text }] : [],
  );
  // Prose reads as prose; short values as a small table.
  const prose = texts.find((each) => each.text.length > PROSE);
  const facts = texts.filter((each) => each !== prose);
  const label = text(words.row, { row: sample.row + 1 });
  return (
    <li className={`${css.sample} ${head?.correct === false ? css.wrong : ''}`} aria-label={label}>
      {prose && <p className={css.quote}>{prose.text}</p>}
      {facts.length > 0 && (
        <dl className={css.cells}>
          {facts.slice(0, FACTS).map((cell) => (
            <div key={cell.column} style={{ display: 'contents' }}>
              <dt>{cell.column}</dt>
              <dd title={cell.text}>{cell.text}</dd>
            </div>
          ))}
        </dl>
      )}
      {head && (
        <>
          <div className={css.what}>
            {image?.kind === 'image' && <Pixels {...image} label={label} size={48} />}
            <p className={css.verdict}>
              {head.correct !== null && (
                <span className={head.correct ? css.good : css.bad}>
                  {head.correct ? <Check size={13} aria-hidden /> : <X size={13} aria-hidden />}
                  <span className="visually-hidden">{text(head.correct ? words.correct : words.wrong)}</span>
                </span>
              )}
              <span>
                {text(words.predictedValue, { value: head.prediction })}
                {head.correct !== true && (
                  <>
                    <br />
                    {text(words.trueValue, { value: head.target })}
                  </>
                )}
              </span>
            </p>
          </div>
          {head.scores && classes && <Bars scores={head.scores} classes={classes} />}
        </>
      )}
    </li>
  );
}

function Bars({
  scores,
  classes,
}: {
  readonly scores: readonly number[];
  readonly classes: readonly string[];
}) {
  const top = scores
    .map((score, index) => ({ score, name: classes[index] ?? String(index) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, TOP);
  return (
    <div>
      {top.map(({ score, name }) => (
        <div key={name} className={css.bar}>
          <span className={css.barName} style={{ '--share': `${score * 100}%` } as React.CSSProperties}>
            {name}
          </span>
          <span>{formatPercent(score)}</span>
        </div>
      ))}
    </div>
  );
}
