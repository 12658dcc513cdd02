/**
 * The network as a list in the order data flows: everything the canvas can do, by keyboard and for a screen reader. The chosen
 * item unfolds its wires; wires are made with plain selects that offer only what fits.
 */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { nodeTitle } from '../../compile/describe';
import type { GraphNode, NodeId } from '../../graph/document';
import { formatShape } from '../../graph/shape';
import { topology } from '../../graph/topology';
import { outlineMessages as m } from '../../messages/outline';
import { nodeType } from '../../nodes/index';
import { documentStore, useDocument } from '../../state/document-store';
import { useView, viewStore } from '../../state/view-store';
import { canvasControls } from '../canvas/canvas-controls';
import { nudge, remove } from '../canvas/editing';
import { headlineOf } from '../canvas/headline';
import { useLocale, useText } from '../i18n';
import { announce } from '../shell/announcer';
import { FAMILY_ICONS, familyTextColor } from '../theme/families';
import './outline.css';
import { OutlineDetails } from './outline-details';

export function Outline() {
  const say = useText();
  const meaning = useDocument((state) => state.doc.meaning);
  const selected = useView((view) => view.selectedNodes);
  const order = useMemo(() => outlineOrder(meaning), [meaning]);
  const [focused, setFocused] = useState<NodeId | null>(null);
  const [renaming, setRenaming] = useState<NodeId | null>(null);
  const list = useRef<HTMLUListElement>(null);
  // One item is the list's stop for Tab: the one last walked to, else the first chosen, else the first.
  const stop = order.find((id) => id === focused) ?? order.find((id) => selected.has(id)) ?? order[0];

  const focusItem = (id: NodeId | undefined) => {
    if (!id) return;
    setFocused(id);
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`)?.focus(),
    );
  };
  const choose = (id: NodeId, isAdding: boolean) => {
    const { selectedNodes, select } = viewStore.getState();
    const next = new Set(isAdding ? selectedNodes : []);
    if (isAdding && next.has(id)) next.delete(id);
    else next.add(id);
    select(next, []);
    canvasControls()?.reveal(id);
  };
  const onItemKey = (event: KeyboardEvent, id: NodeId) => {
    const at = order.indexOf(id);
    const walk: { readonly [key: string]: NodeId | undefined } = {
      ArrowDown: order[Math.min(at + 1, order.length - 1)],
      ArrowUp: order[Math.max(at - 1, 0)],
      Home: order[0],
      End: order.at(-1),
    };
    const moves: { readonly [key: string]: readonly [number, number] } = {
      ArrowLeft: [-20, 0],
      ArrowRight: [20, 0],
      ArrowUp: [0, -20],
      ArrowDown: [0, 20],
    };
    if (event.altKey && moves[event.key]) {
      // Alt and arrows move the node itself; plain arrows walk the list.
      viewStore.getState().select([id], []);
      nudge(...moves[event.key]!);
      announce(say(m.moved, { node: titleOf(id) }));
    } else if (walk[event.key] && !event.altKey) focusItem(walk[event.key]);
    else if (event.key === 'F2') setRenaming(id);
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      const title = titleOf(id);
      remove([id]);
      announce(say(m.removed, { node: title }));
      focusItem(order[at + 1] ?? order[at - 1]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (order.length === 0) {
    return (
      <p className="outline-empty" data-outline-stop tabIndex={-1}>
        {say(m.empty)}
      </p>
    );
  }
  return (
    <div className="outline">
      <p className="outline-hint" id="outline-hint">
        {say(m.hint)}
      </p>
      <ul className="outline-list" aria-label={say(m.list)} aria-describedby="outline-hint" ref={list}>
        {order.map((id, index) => {
          const node = meaning.nodes[id];
          if (!node) return null;
          return (
            <li key={id} aria-posinset={index + 1} aria-setsize={order.length}>
              {renaming === id ? (
                <NameField
                  node={node}
                  onDone={() => {
                    setRenaming(null);
                    focusItem(id);
                  }}
                />
              ) : (
                <OutlineItem
                  node={node}
                  isSelected={selected.has(id)}
                  isStop={id === stop}
                  onChoose={choose}
                  onKey={onItemKey}
                  onFocus={() => setFocused(id)}
                />
              )}
              {selected.has(id) && selected.size === 1 && (
                <OutlineDetails node={node} onRename={() => setRenaming(id)} />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface OutlineItemProps {
  readonly node: GraphNode;
  readonly isSelected: boolean;
  readonly isStop: boolean;
  readonly onChoose: (id: NodeId, isAdding: boolean) => void;
  readonly onKey: (event: KeyboardEvent, id: NodeId) => void;
  readonly onFocus: () => void;
}
function OutlineItem({ node, isSelected, isStop, onChoose, onKey, onFocus }: OutlineItemProps) {
  const say = useText();
  const locale = useLocale();
  const compiled = useDocument((state) => state.compiled);
  const type = nodeType(node.type);
  const family = type?.family ?? 'unknown';
  const Icon = FAMILY_ICONS[family];
  const title = nodeTitle({ locale, nodes: { [node.id]: node } }, node.id);
  const shapes = (type?.outputs ?? []).flatMap(({ name }) => {
    const fact = compiled.shapes.get(`${node.id}:${name}`);
    return fact ? [formatShape(fact.shape)] : [];
  });
  const problems = compiled.diagnostics.filter(({ where }) => 'node' in where && where.node === node.id);
  const hasError = problems.some(({ severity }) => severity === 'error');
  // Read out between the name and the shape, which are seen.
  const unseen = [
    headlineOf(node),
    ...(node.bypassed ? [say(m.bypassed)] : []),
    ...(problems.length > 0 ? [say(m.problems, { count: problems.length })] : []),
    ...(shapes.length > 0 ? [say(m.output)] : []),
  ];
  return (
    <button
      type="button"
      className="outline-item"
      data-node={node.id}
      data-bypassed={node.bypassed || undefined}
      data-outline-stop={isStop || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-pressed={isSelected}
      aria-keyshortcuts="F2 Delete Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown"
      onClick={(event) => onChoose(node.id, event.ctrlKey || event.metaKey || event.shiftKey)}
      onKeyDown={(event) => onKey(event, node.id)}
      onFocus={onFocus}
    >
      <Icon size={14} aria-hidden style={{ color: familyTextColor(family) }} />
      <span className="outline-name">{title}</span>
      <span className="visually-hidden">, {unseen.filter(Boolean).join(', ')} </span>
      {problems.length > 0 && (
        <span className="outline-problem" data-severity={hasError ? 'error' : 'warning'} />
      )}
      <span className="outline-shape mono">{shapes.join(' ')}</span>
    </button>
  );
}

function NameField({ node, onDone }: { readonly node: GraphNode; readonly onDone: () => void }) {
  const say = useText();
  const locale = useLocale();
  const input = useRef<HTMLInputElement>(null);
  const isCancelled = useRef(false);
  const title = nodeTitle({ locale, nodes: { [node.id]: node } }, node.id);
  useEffect(() => input.current?.select(), []);
  const commit = () => {
    const value = input.current?.value.trim() ?? '';
    if (!isCancelled.current && value !== title) {
      documentStore.getState().dispatch({ kind: 'renameNode', node: node.id, title: value });
      announce(say(m.renamed, { node: value || title }));
    }
    onDone();
  };
  return (
    <input
      ref={input}
      className="text-input outline-rename"
      aria-label={say(m.nameField, { node: title })}
      defaultValue={title}
      // biome-ignore lint/a11y/noAutofocus: the user has just asked to rename
      autoFocus
      onBlur={commit}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') isCancelled.current = true;
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}

function titleOf(id: NodeId): string {
  return nodeTitle(
    { locale: viewStore.getState().locale, nodes: documentStore.getState().doc.meaning.nodes },
    id,
  );
}

/** Sources first; what a cycle feeds has no order and stands at the end, by id. */
function outlineOrder(meaning: Parameters<typeof topology>[0]): NodeId[] {
  const { order } = topology(meaning);
  const placed = new Set(order);
  return [...order, ...(Object.keys(meaning.nodes) as NodeId[]).filter((id) => !placed.has(id)).sort()];
}
