/** The menus and the problem card of the canvas: one of each, moved to where it was asked for. */
import { Wrench } from 'lucide-react';
import { describeDiagnostic, describeFix, nodeTitle } from '../../compile/describe';
import type { EdgeId, NodeId } from '../../graph/document';
import type { Text } from '../../graph/text';
import { canvasMessages } from '../../messages/canvas';
import { useDocument } from '../../state/document-store';
import { viewStore } from '../../state/view-store';
import { useLocale, useText } from '../i18n';
import { type ShortcutId, shortcutLabel } from '../keyboard/shortcuts';
import { Menu, MenuDivider, MenuItem } from '../shell/menu';
import { canvasControls } from './canvas-controls';
import {
  addNote,
  applyFix,
  copyToClipboard,
  duplicate,
  pasteFromClipboard,
  remove,
  removeEdge,
  selectAll,
  selectedNodeIds,
  tidy,
  toggleBypass,
  toggleTrainable,
} from './editing';
import { type Anchor, type CanvasOverlay, closeOverlay, startRenaming, useOverlay } from './overlay-store';

export function CanvasOverlays() {
  const overlay = useOverlay();
  if (!overlay) return null;
  return overlay.kind === 'problems' ? (
    <ProblemCard node={overlay.node} anchor={overlay.anchor} />
  ) : (
    <CanvasMenu overlay={overlay} />
  );
}

function CanvasMenu({ overlay }: { readonly overlay: Exclude<CanvasOverlay, { kind: 'problems' }> }) {
  const say = useText();
  return (
    <Menu anchor={overlay.anchor} label={say(canvasMessages.toolbar)} onClose={closeOverlay}>
      {overlay.kind === 'node-menu' && <NodeItems node={overlay.node} />}
      {overlay.kind === 'edge-menu' && <EdgeItems edge={overlay.edge as EdgeId} anchor={overlay.anchor} />}
      {overlay.kind === 'pane-menu' && <PaneItems anchor={overlay.anchor} />}
    </Menu>
  );
}

interface ItemProps {
  readonly label: Text;
  readonly keys?: ShortcutId;
  readonly onClick: () => void;
}
function Item({ label, keys, onClick }: ItemProps) {
  const say = useText();
  const locale = useLocale();
  const choose = () => {
    closeOverlay();
    onClick();
  };
  return (
    <MenuItem keys={keys && shortcutLabel(keys, locale)} onClick={choose}>
      {say(label)}
    </MenuItem>
  );
}

/** Acts on the whole selection when the node belongs to it, else on this node alone. */
function NodeItems({ node }: { readonly node: NodeId }) {
  const current = useDocument((state) => state.doc.meaning.nodes[node]);
  const parameters = useDocument((state) => state.compiled.costs.get(node)?.parameters ?? 0);
  if (!current) return null;
  const chosen = selectedNodeIds();
  const ids = chosen.includes(node) ? chosen : [node];
  const withSelection = (action: () => void) => () => {
    if (!chosen.includes(node)) viewStore.getState().select([node], []);
    action();
  };
  return (
    <>
      <Item label={canvasMessages.rename} keys="rename" onClick={() => startRenaming(node)} />
      <Item label={canvasMessages.duplicate} keys="duplicate" onClick={() => duplicate(ids)} />
      <Item label={canvasMessages.copy} keys="copy" onClick={withSelection(() => void copyToClipboard())} />
      <MenuDivider />
      <Item
        label={current.bypassed ? canvasMessages.unbypass : canvasMessages.bypass}
        keys="bypass"
        onClick={() => toggleBypass(ids)}
      />
      {parameters > 0 && (
        <Item
          label={current.trainable === false ? canvasMessages.unfreeze : canvasMessages.freeze}
          onClick={() => toggleTrainable(ids)}
        />
      )}
      <Item
        label={canvasMessages.fitSelection}
        keys="fitSelection"
        onClick={() => canvasControls()?.fitNodes(ids)}
      />
      <MenuDivider />
      <Item label={canvasMessages.remove} keys="remove" onClick={() => remove(ids)} />
    </>
  );
}

function EdgeItems({ edge, anchor }: { readonly edge: EdgeId; readonly anchor: Anchor }) {
  return (
    <>
      <Item
        label={canvasMessages.insertOnEdge}
        onClick={() => canvasControls()?.openSearch({ at: { clientX: anchor.x, clientY: anchor.y }, edge })}
      />
      <Item label={canvasMessages.removeEdge} keys="remove" onClick={() => removeEdge(edge)} />
    </>
  );
}

function PaneItems({ anchor }: { readonly anchor: Anchor }) {
  const at = { clientX: anchor.x, clientY: anchor.y };
  return (
    <>
      <Item
        label={canvasMessages.addNode}
        keys="search"
        onClick={() => canvasControls()?.openSearch({ at })}
      />
      <Item
        label={canvasMessages.addNote}
        onClick={() => {
          const controls = canvasControls();
          if (controls) addNote(controls.toCanvas(at));
        }}
      />
      <Item label={canvasMessages.paste} keys="paste" onClick={() => void pasteFromClipboard()} />
      <MenuDivider />
      <Item label={canvasMessages.selectAll} keys="selectAll" onClick={selectAll} />
      <Item label={canvasMessages.tidy} keys="tidy" onClick={() => void tidy()} />
      <Item label={canvasMessages.fit} keys="fit" onClick={() => canvasControls()?.fit()} />
    </>
  );
}

const CARD_WIDTH = 320;

/** Every problem of one node with its fixes; a fix is one click and one undo. */
function ProblemCard({ node, anchor }: { readonly node: NodeId; readonly anchor: Anchor }) {
  const say = useText();
  const locale = useLocale();
  const nodes = useDocument((state) => state.doc.meaning.nodes);
  const diagnostics = useDocument((state) => state.compiled.diagnostics);
  const problems = diagnostics.filter(({ where }) => 'node' in where && where.node === node);
  if (problems.length === 0) return null;
  const naming = { locale, nodes };
  const title = nodeTitle(naming, node);
  const style = {
    left: Math.max(8, Math.min(anchor.x, window.innerWidth - CARD_WIDTH - 8)),
    top: Math.min(anchor.y + anchor.height + 6, window.innerHeight - 160),
    width: CARD_WIDTH,
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: Escape does the same */}
      <div className="float-backdrop" onClick={closeOverlay} />
      <div
        className="problem-card"
        role="dialog"
        aria-label={say(
          problems.length === 1 ? canvasMessages.problemOfNode : canvasMessages.problemsOfNode,
          {
            count: problems.length,
            node: title,
          },
        )}
        style={style}
        tabIndex={-1}
        ref={(element) => element?.focus()}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          closeOverlay();
          canvasControls()?.focus();
        }}
      >
        {problems.map((problem, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: problems have no identity beyond their place in the list
          <div className="problem" data-severity={problem.severity} key={index}>
            <p>{describeDiagnostic(problem, naming)}</p>
            {problem.fixes.map((fix) => {
              const words = describeFix(fix.label, locale);
              return (
                <button
                  key={words}
                  type="button"
                  className="quiet-button"
                  onClick={() => {
                    applyFix(fix);
                    closeOverlay();
                    canvasControls()?.focus();
                  }}
                >
                  <Wrench size={13} aria-hidden />
                  {words}
                </button>
              );
            })}
          </div>
        ))}
      </div>
    </>
  );
}
