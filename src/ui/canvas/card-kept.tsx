/** What a node took over from the run before, when the run shown began with its weights. */
import { Equal, History, MoveHorizontal, Sprout } from 'lucide-react';
import type { Adapted } from '../../engine/weights';
import type { NodeId } from '../../graph/document';
import { canvasMessages } from '../../messages/canvas';
import { useRun } from '../../state/run-store';
import { useText } from '../i18n';

const MARKS = {
  kept: { Icon: History, title: canvasMessages.keptNode },
  widened: { Icon: MoveHorizontal, title: canvasMessages.widenedNode },
  identity: { Icon: Equal, title: canvasMessages.identityNode },
  fresh: { Icon: Sprout, title: canvasMessages.freshNode },
} as const satisfies { readonly [A in Adapted]: object };

/** The least that was kept says it for a composite of many layers. */
const ORDER: readonly Adapted[] = ['fresh', 'identity', 'widened', 'kept'];

function adaptedOf(nodes: { readonly [planId: string]: Adapted } | undefined, id: NodeId): Adapted | null {
  if (!nodes) return null;
  const own = nodes[id];
  if (own) return own;
  // Plan ids begin with the id of the node on the canvas.
  const inner = Object.keys(nodes).filter((each) => each.startsWith(`${id}/`) || each.startsWith(`${id}#`));
  return ORDER.find((each) => inner.some((planId) => nodes[planId] === each)) ?? null;
}

export function CardKept({ id }: { readonly id: NodeId }) {
  const say = useText();
  // A word, not an object: cards are drawn again only when theirs changes.
  const adapted = useRun((state) => (state.stale ? null : adaptedOf(state.startsFrom?.nodes, id)));
  if (!adapted) return null;
  const { Icon, title } = MARKS[adapted];
  return (
    <span className="card-mark" title={say(title)} role="img" aria-label={say(title)}>
      <Icon size={13} aria-hidden />
    </span>
  );
}
