/** What real steps have shown of one node, at the lower edge of its card: its cost where that is asked for, and what is wrong with it. */
import { TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import type { NodeId } from '../../graph/document';
import { formatPercent } from '../../messages/catalogue';
import { healthMessages as words } from '../../messages/preflight';
import { figureOf, formatShort, type Ill, type MeasuredCost, useHealth } from '../../state/health-store';
import { useView } from '../../state/view-store';
import { useText } from '../i18n';
import { formatBytes } from '../inspector/format-bytes';
import './card-health.css';

interface CardHealthProps {
  readonly node: NodeId;
  readonly title: string;
}

/** Asks the stores by itself, so that a look at all nodes draws only the marks that change. */
export const CardHealth = memo(function CardHealth({ node, title }: CardHealthProps) {
  const isCostShown = useView((view) => view.showMeasured);
  const cost = useHealth((state) => state.costs.get(node));
  const ill = useHealth((state) => state.ill.get(node));
  if (!ill && !(isCostShown && cost)) return null;
  return (
    <div className="card-health tabular nodrag">
      {isCostShown && cost && <Cost cost={cost} />}
      {ill && <Mark ill={ill} title={title} />}
    </div>
  );
});

function Cost({ cost }: { readonly cost: MeasuredCost }) {
  const say = useText();
  const { forwardMs, backwardMs, bytes, share } = cost;
  const values = {
    forward: formatShort(forwardMs),
    backward: formatShort(backwardMs),
    memory: formatBytes(bytes),
    share: formatPercent(share),
  };
  return (
    <span
      className="card-measured"
      data-tip={say(words.costOf, values)}
      style={{ '--share': share } as React.CSSProperties}
    >
      {say(words.cost, { time: formatShort(forwardMs + backwardMs), memory: values.memory })}
    </span>
  );
}

function Mark({ ill, title }: { readonly ill: Ill; readonly title: string }) {
  const say = useText();
  const figure = figureOf(ill);
  const sentence = say(words[ill.verdict], { figure });
  return (
    <button
      type="button"
      className="card-ill"
      data-verdict={ill.verdict}
      data-tip={sentence}
      aria-label={say(words.sentence, { node: title, sentence })}
    >
      <TriangleAlert size={12} aria-hidden />
      {say(words[`${ill.verdict}Short`], { figure })}
    </button>
  );
}
