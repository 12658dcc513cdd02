/** The left panel's list of node types: search on top, families below in their order, drag or Enter to add. */
import { Search, X } from 'lucide-react';
import {
  type DragEvent,
  type KeyboardEvent,
  memo,
  useDeferredValue,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { paletteMessages } from '../../messages/palette';
import { FAMILIES, type Family, type NodeType } from '../../nodes/define-node';
import { NODE_TYPES } from '../../nodes/index';
import { addNodeOfType } from '../canvas/editing';
import { useText } from '../i18n';
import { FAMILY_ICONS, FAMILY_TITLES, familyTextColor } from '../theme/families';
import { NODE_TYPE_MIME } from './drag-type';
import './palette.css';
import { PALETTE_SEARCH_ID } from './focus';
import { searchNodes } from './search-nodes';

export function Palette() {
  const say = useText();
  const [query, setQuery] = useState('');
  const deferred = useDeferredValue(query);
  const found = useMemo(() => searchNodes(NODE_TYPES, deferred), [deferred]);
  const list = useRef<HTMLDivElement>(null);
  const isSearching = deferred.trim() !== '';

  /** The list is one stop for Tab; arrows walk in it, and between it and the search field. */
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && query) {
      setQuery('');
      event.stopPropagation();
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const items = [...(list.current?.querySelectorAll<HTMLButtonElement>('.palette-item') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const next = event.key === 'ArrowDown' ? at + 1 : at - 1;
    event.preventDefault();
    if (next < 0) document.getElementById(PALETTE_SEARCH_ID)?.focus();
    else items[Math.min(next, items.length - 1)]?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only hears the arrows of the controls inside
    <div className="palette" onKeyDown={onKeyDown}>
      <div className="palette-search">
        <Search size={14} aria-hidden />
        <input
          id={PALETTE_SEARCH_ID}
          type="search"
          className="text-input"
          placeholder={say(paletteMessages.search)}
          aria-label={say(paletteMessages.search)}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || query.trim() === '') return;
            // The list may lag behind fast typing; Enter means what stands in the field.
            const [best] = searchNodes(NODE_TYPES, query);
            if (best) addNodeOfType(best.type);
          }}
        />
        {query && (
          <button
            type="button"
            className="icon-button small palette-clear"
            aria-label={say(paletteMessages.clearSearch)}
            onClick={() => setQuery('')}
          >
            <X size={14} aria-hidden />
          </button>
        )}
      </div>
      <div className="visually-hidden" aria-live="polite">
        {isSearching ? say(paletteMessages.results, { count: found.length }) : ''}
      </div>
      <div className="palette-list" ref={list} tabIndex={found.length === 0 ? 0 : undefined}>
        {isSearching && found.length === 0 && (
          <div className="palette-empty">
            <p>{say(paletteMessages.nothingFound, { query: deferred.trim() })}</p>
            <p>{say(paletteMessages.nothingFoundHint)}</p>
          </div>
        )}
        {isSearching ? (
          <ul className="palette-items">
            {found.map((type, index) => (
              <PaletteItem key={type.type} type={type} isStop={index === 0} />
            ))}
          </ul>
        ) : (
          FAMILIES.map((family) => <FamilySection key={family} family={family} types={found} />)
        )}
        {!isSearching && <p className="palette-hint">{say(paletteMessages.searchHint)}</p>}
      </div>
    </div>
  );
}

const FamilySection = memo(function FamilySection({
  family,
  types,
}: {
  readonly family: Family;
  readonly types: readonly NodeType[];
}) {
  const say = useText();
  const heading = useId();
  const Icon = FAMILY_ICONS[family];
  const members = types.filter((type) => type.family === family);
  if (members.length === 0) return null;
  return (
    <section aria-labelledby={heading}>
      <h3 className="palette-family" id={heading} style={{ color: familyTextColor(family) }}>
        <Icon size={14} aria-hidden />
        {say(FAMILY_TITLES[family])}
      </h3>
      <ul className="palette-items">
        {members.map((type) => (
          <PaletteItem key={type.type} type={type} isStop={types[0] === type} />
        ))}
      </ul>
    </section>
  );
});

const PaletteItem = memo(function PaletteItem({
  type,
  isStop,
}: {
  readonly type: NodeType;
  readonly isStop: boolean;
}) {
  const say = useText();
  // What is dragged is only the type's id: the document decides what becomes of it.
  const onDragStart = (event: DragEvent) => {
    event.dataTransfer.setData(NODE_TYPE_MIME, type.type);
    event.dataTransfer.effectAllowed = 'copy';
  };
  return (
    <li>
      <button
        type="button"
        className="palette-item"
        draggable
        tabIndex={isStop ? 0 : -1}
        data-type={type.type}
        data-tip={say(type.summary)}
        data-tip-side="right"
        aria-description={say(type.summary)}
        onDragStart={onDragStart}
        onClick={() => addNodeOfType(type.type)}
      >
        <span className="palette-swatch" style={{ background: `var(--family-${type.family})` }} aria-hidden />
        {say(type.title)}
      </button>
    </li>
  );
});
