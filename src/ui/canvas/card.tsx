/** One node on the canvas: plain elements and CSS, memoised, no store but the two that say "being connected" and "being renamed". */
import { Handle, type NodeProps, Position as Side } from '@xyflow/react';
import { CircleAlert, Ellipsis, Snowflake, TriangleAlert } from 'lucide-react';
import { type MouseEvent, memo, useEffect, useRef } from 'react';
import type { NodeId } from '../../graph/document';
import type { Flow } from '../../graph/shape';
import { canvasMessages } from '../../messages/canvas';
import { formatCount } from '../../messages/catalogue';
import { nodeType } from '../../nodes/index';
import { documentStore } from '../../state/document-store';
import { useText } from '../i18n';
import { FAMILY_ICONS, type FamilyOrUnknown } from '../theme/families';
import { CardHealth } from './card-health';
import { CardKept } from './card-kept';
import { portKey, usePortVerdict } from './connecting';
import type { CardNode } from './flow-model';
import { portRows, portY } from './geometry';
import { headlineOf } from './headline';
import { anchorOf, openOverlay, startRenaming, useIsRenaming } from './overlay-store';
import type { PortSide } from './wiring';

export const Card = memo(function Card({ id, data, selected }: NodeProps<CardNode>) {
  const say = useText();
  const { node, ports, shapes, flows, parameters, costShare, problems } = data;
  const type = nodeType(node.type);
  const family: FamilyOrUnknown = type?.family ?? 'unknown';
  const Icon = FAMILY_ICONS[family];
  const title = node.title || (type ? say(type.title) : node.type);
  const hasError = problems.some(({ severity }) => severity === 'error');
  const isRenaming = useIsRenaming(id);
  const hasRows = portRows(ports) > 0;
  const openMenu = (event: MouseEvent<HTMLButtonElement>) => {
    event.stopPropagation();
    openOverlay({ kind: 'node-menu', node: node.id, anchor: anchorOf(event.currentTarget) });
  };
  const openProblems = (event: MouseEvent<HTMLButtonElement>) => {
    event.stopPropagation();
    openOverlay({ kind: 'problems', node: node.id, anchor: anchorOf(event.currentTarget) });
  };
  return (
    <div
      className="card"
      data-family={family}
      data-selected={selected || undefined}
      data-bypassed={node.bypassed || undefined}
      data-state={hasError ? 'error' : problems.length > 0 ? 'warning' : undefined}
      data-stacked={type?.kind === 'composite' || type?.kind === 'ensemble' || undefined}
    >
      <div className="card-title">
        <Icon className="card-icon" size={15} aria-hidden />
        {isRenaming ? (
          <RenameField id={node.id} title={title} label={say(canvasMessages.renameNode, { node: title })} />
        ) : (
          // biome-ignore lint/a11y/noStaticElementInteractions: the same is on F2, in the node's menu and in the outline
          <span className="card-name" onDoubleClick={() => startRenaming(node.id)} title={title}>
            {title}
          </span>
        )}
        {node.trainable === false && (
          <span className="card-mark" title={say(canvasMessages.frozen)}>
            <Snowflake size={13} aria-hidden />
          </span>
        )}
        <CardKept id={node.id} />
        {problems.length > 0 && (
          <button
            type="button"
            className="card-badge nodrag"
            data-severity={hasError ? 'error' : 'warning'}
            tabIndex={-1}
            onClick={openProblems}
            aria-label={say(
              problems.length === 1 ? canvasMessages.problemOfNode : canvasMessages.problemsOfNode,
              {
                count: problems.length,
                node: title,
              },
            )}
          >
            {hasError ? <CircleAlert size={14} aria-hidden /> : <TriangleAlert size={14} aria-hidden />}
          </button>
        )}
        <button
          type="button"
          className="card-menu nodrag"
          tabIndex={-1}
          onClick={openMenu}
          aria-label={say(canvasMessages.nodeMenu, { node: title })}
        >
          <Ellipsis size={15} aria-hidden />
        </button>
      </div>
      <div className="card-headline">{type ? headlineOf(node) : say(canvasMessages.unknownType)}</div>
      {ports.inputs.map((port, index) => (
        <Port
          key={`in-${port}`}
          node={id}
          port={port}
          side="target"
          y={portY(ports, index)}
          flow={flows[index] ?? null}
        />
      ))}
      {ports.outputs.map((port, index) => (
        <Port
          key={`out-${port}`}
          node={id}
          port={port}
          side="source"
          y={portY(ports, index)}
          flow={flows[ports.inputs.length + index] ?? null}
        />
      ))}
      {hasRows &&
        ports.inputs.map((port, index) => (
          <span key={port} className="card-port-name" style={{ top: portY(ports, index) }}>
            {portTitle(type?.inputs, port, say)}
          </span>
        ))}
      {hasRows &&
        ports.outputs.length > 1 &&
        ports.outputs.map((port, index) => (
          <span key={port} className="card-port-name" data-side="source" style={{ top: portY(ports, index) }}>
            {portTitle(type?.outputs, port, say)}
          </span>
        ))}
      <div className="card-footer tabular">
        <span className="card-params">
          {parameters > 0 ? say(canvasMessages.parameters, { count: formatCount(parameters) }) : ''}
        </span>
        <span className="card-shape mono">{shapes.filter(Boolean).join(' ')}</span>
      </div>
      <div className="card-cost" style={{ width: `${costShare * 100}%` }} />
      <CardHealth node={node.id} title={title} />
    </div>
  );
});

function portTitle(
  ports:
    | readonly { readonly name: string; readonly title: { readonly en: string; readonly zh: string } }[]
    | undefined,
  name: string,
  say: ReturnType<typeof useText>,
): string {
  const port = ports?.find((candidate) => candidate.name === name);
  return port ? say(port.title) : name;
}

interface PortProps {
  readonly node: string;
  readonly port: string;
  readonly side: PortSide;
  readonly y: number;
  readonly flow: Flow | null;
}
const Port = memo(function Port({ node, port, side, y, flow }: PortProps) {
  const verdict = usePortVerdict(portKey(node, port, side), side);
  return (
    <Handle
      id={port}
      type={side}
      position={side === 'source' ? Side.Right : Side.Left}
      className="port"
      style={{ top: y }}
      data-flow={flow ?? 'unknown'}
      data-verdict={verdict}
    />
  );
});

function RenameField({
  id,
  title,
  label,
}: {
  readonly id: NodeId;
  readonly title: string;
  readonly label: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  const isCancelled = useRef(false);
  useEffect(() => input.current?.select(), []);
  const commit = () => {
    const value = input.current?.value.trim() ?? '';
    startRenaming(null);
    if (!isCancelled.current && value !== title)
      documentStore.getState().dispatch({ kind: 'renameNode', node: id, title: value });
  };
  return (
    <input
      ref={input}
      className="card-rename nodrag nopan"
      defaultValue={title}
      aria-label={label}
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
