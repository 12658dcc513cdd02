/**
 * The search that opens on the canvas: at a double click, at the end of a dropped wire, on a wire. Limited to what fits when it
 * comes from a port; leaving it adds nothing.
 */
import { type CSSProperties, type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { canvasMessages } from '../../messages/canvas';
import { paletteMessages } from '../../messages/palette';
import type { NodeType } from '../../nodes/define-node';
import { NODE_TYPES, nodeType } from '../../nodes/index';
import { documentStore } from '../../state/document-store';
import { useText } from '../i18n';
import { searchNodes } from '../palette/search-nodes';
import { FAMILY_ICONS, familyTextColor } from '../theme/families';
import { canvasControls, type SearchRequest } from './canvas-controls';
import { addNodeOfType } from './editing';
import { NODE_WIDTH, TITLE_HEIGHT } from './geometry';
import { createNode, fittingTypes, insertionPorts } from './wiring';

const WIDTH = 260;
const HEIGHT = 340;

export function NodeSearch({
  request,
  onClose,
}: {
  readonly request: SearchRequest;
  readonly onClose: () => void;
}) {
  const say = useText();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const candidates = useMemo(() => candidatesFor(request), [request]);
  const found = useMemo(() => searchNodes(candidates, query), [candidates, query]);
  const at = Math.min(active, found.length - 1);

  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const add = (type: NodeType | undefined) => {
    if (!type) return;
    onClose();
    addNodeOfType(type.type, {
      position: placeFor(request),
      ...(request.from ? { from: request.from } : {}),
      ...(request.edge ? { edge: request.edge } : {}),
    });
    canvasControls()?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      onClose();
      canvasControls()?.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((at + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      add(found[at]);
    }
  };

  const fromType =
    request.from && nodeType(documentStore.getState().doc.meaning.nodes[request.from.ref.node]?.type ?? '');
  const style: CSSProperties = {
    left: Math.max(8, Math.min(request.at.clientX, window.innerWidth - WIDTH - 8)),
    top: Math.max(8, Math.min(request.at.clientY, window.innerHeight - HEIGHT - 8)),
    width: WIDTH,
    maxHeight: HEIGHT,
  };
  const label = fromType
    ? say(paletteMessages.fitsPort, { port: say(fromType.title) })
    : say(paletteMessages.addNode);
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: Escape does the same */}
      <div className="float-backdrop" onClick={onClose} onContextMenu={onClose} />
      <div className="node-search" style={style} role="dialog" aria-label={label}>
        <input
          className="text-input"
          // biome-ignore lint/a11y/noAutofocus: opened by the user in order to type
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={found[at] ? `${listId}-${found[at].type}` : undefined}
          aria-label={label}
          placeholder={label}
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        {found.length === 0 ? (
          <p className="node-search-empty">
            {candidates.length === 0
              ? say(paletteMessages.nothingFits)
              : say(paletteMessages.nothingFound, { query })}
          </p>
        ) : (
          <div
            className="node-search-list"
            ref={list}
            id={listId}
            role="listbox"
            aria-label={say(canvasMessages.addNode)}
          >
            {found.map((type, index) => {
              const Icon = FAMILY_ICONS[type.family];
              return (
                // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: keys go to the combobox
                <div
                  key={type.type}
                  id={`${listId}-${type.type}`}
                  role="option"
                  aria-selected={index === at}
                  className="node-search-item"
                  onPointerMove={() => setActive(index)}
                  onClick={() => add(type)}
                >
                  <Icon size={14} aria-hidden style={{ color: familyTextColor(type.family) }} />
                  <span className="node-search-name">{say(type.title)}</span>
                </div>
              );
            })}
          </div>
        )}
        {found[at] && <p className="node-search-summary">{say(found[at].summary)}</p>}
      </div>
    </>
  );
}

function candidatesFor({ from, edge }: SearchRequest): readonly NodeType[] {
  const { doc, compiled } = documentStore.getState();
  if (from) return fittingTypes(doc, compiled, from.ref, from.side);
  const wire = edge ? doc.meaning.edges[edge] : undefined;
  if (wire)
    return NODE_TYPES.filter((type) => insertionPorts(doc, compiled, createNode(doc, type), wire) !== null);
  return NODE_TYPES;
}

/** The end of a dropped wire becomes the port; otherwise the node is centred on the pointer. */
function placeFor({ at, from }: SearchRequest) {
  const { x, y } = canvasControls()?.toCanvas(at) ?? { x: 0, y: 0 };
  const left = from ? (from.side === 'source' ? x : x - NODE_WIDTH) : x - NODE_WIDTH / 2;
  return { x: Math.round(left), y: Math.round(y - TITLE_HEIGHT - 11) };
}
