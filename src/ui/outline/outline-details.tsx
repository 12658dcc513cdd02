/** The unfolded part of one item: its wires, how to make and cut them, and what else can be done to it. */
import { X } from 'lucide-react';
import { useId } from 'react';
import { canConnect } from '../../compile/can-connect';
import { nodeTitle } from '../../compile/describe';
import type { Edge, GraphNode, NodeId, PortRef } from '../../graph/document';
import { topology } from '../../graph/topology';
import { outlineMessages as m } from '../../messages/outline';
import { nodeType } from '../../nodes/index';
import { documentStore, useDocument } from '../../state/document-store';
import { connect, duplicate, nudge, remove, toggleBypass } from '../canvas/editing';
import type { PortSide } from '../canvas/wiring';
import { useLocale, useText } from '../i18n';
import { announce } from '../shell/announcer';

export function OutlineDetails({
  node,
  onRename,
}: {
  readonly node: GraphNode;
  readonly onRename: () => void;
}) {
  const say = useText();
  const locale = useLocale();
  const type = nodeType(node.type);
  const title = nodeTitle({ locale, nodes: { [node.id]: node } }, node.id);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend
    <div className="outline-details" role="group" aria-label={say(m.actions, { node: title })}>
      {type?.inputs.map((port) => (
        <PortWires key={port.name} node={node} port={port.name} portTitle={say(port.title)} side="target" />
      ))}
      {type?.outputs.map((port) => (
        <PortWires key={port.name} node={node} port={port.name} portTitle={say(port.title)} side="source" />
      ))}
      <div className="outline-actions">
        <button type="button" className="quiet-button" onClick={onRename}>
          {say(m.rename)}
        </button>
        <button type="button" className="quiet-button" onClick={() => duplicate([node.id])}>
          {say(m.duplicate)}
        </button>
        <button type="button" className="quiet-button" onClick={() => toggleBypass([node.id])}>
          {say(node.bypassed ? m.unbypass : m.bypass)}
        </button>
        <button type="button" className="quiet-button" onClick={() => remove([node.id])}>
          {say(m.remove)}
        </button>
      </div>
      <div className="outline-actions">
        {MOVES.map(({ label, sign, dx, dy }) => (
          <button
            key={sign}
            type="button"
            className="icon-button small"
            aria-label={say(label)}
            title={say(label)}
            onClick={() => {
              nudge(dx, dy);
              announce(say(m.moved, { node: title }));
            }}
          >
            {sign}
          </button>
        ))}
      </div>
    </div>
  );
}

const STEP = 20;
const MOVES = [
  { label: m.moveLeft, sign: '←', dx: -STEP, dy: 0 },
  { label: m.moveRight, sign: '→', dx: STEP, dy: 0 },
  { label: m.moveUp, sign: '↑', dx: 0, dy: -STEP },
  { label: m.moveDown, sign: '↓', dx: 0, dy: STEP },
];

interface PortWiresProps {
  readonly node: GraphNode;
  readonly port: string;
  readonly portTitle: string;
  readonly side: PortSide;
}
function PortWires({ node, port, portTitle, side }: PortWiresProps) {
  const say = useText();
  const locale = useLocale();
  const id = useId();
  const meaning = useDocument((state) => state.doc.meaning);
  const compiled = useDocument((state) => state.compiled);
  const naming = { locale, nodes: meaning.nodes };
  const index = topology(meaning);
  const edges = side === 'target' ? index.into(node.id, port) : index.outOf(node.id, port);
  const self: PortRef = { node: node.id, port };
  const partners = legalPartners(meaning, compiled, self, side);
  const title = nodeTitle(naming, node.id);
  const label = say(side === 'target' ? m.connectInput : m.connectOutput, { port: portTitle, node: title });
  const cut = (edge: Edge) => {
    documentStore.getState().dispatch({ kind: 'removeEdge', edge: edge.id });
    announce(
      say(m.disconnected, {
        source: nodeTitle(naming, edge.source.node),
        target: nodeTitle(naming, edge.target.node),
      }),
    );
  };
  return (
    <div className="outline-port">
      <span className="outline-port-name">{portTitle}</span>
      {edges.map((edge) => {
        const other = nodeTitle(naming, side === 'target' ? edge.source.node : edge.target.node);
        return (
          <span key={edge.id} className="outline-wire">
            {say(side === 'target' ? m.from : m.to, { node: other })}
            <button
              type="button"
              className="icon-button small"
              aria-label={say(m.disconnect, {
                source: nodeTitle(naming, edge.source.node),
                target: nodeTitle(naming, edge.target.node),
              })}
              onClick={() => cut(edge)}
            >
              <X size={13} aria-hidden />
            </button>
          </span>
        );
      })}
      <label className="visually-hidden" htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className="outline-select"
        value=""
        disabled={partners.length === 0}
        onChange={(event) => {
          const partner = partners[Number(event.currentTarget.value)];
          if (!partner) return;
          if (side === 'target') connect(partner, self);
          else connect(self, partner);
        }}
      >
        <option value="">{say(partners.length === 0 ? m.nothingLegal : m.choose)}</option>
        {partners.map((partner, at) => (
          <option key={`${partner.node}:${partner.port}`} value={at}>
            {partnerTitle(partner, naming, side)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The node's name, with the port where it has several on that side. */
function partnerTitle(
  { node, port }: PortRef,
  naming: Parameters<typeof nodeTitle>[0],
  side: PortSide,
): string {
  const type = nodeType(naming.nodes[node]?.type ?? '');
  const ports = side === 'target' ? type?.outputs : type?.inputs;
  const title = nodeTitle(naming, node);
  const found = ports?.find(({ name }) => name === port);
  return ports && ports.length > 1 && found ? `${title} · ${found.title[naming.locale]}` : title;
}

function legalPartners(
  meaning: Parameters<typeof canConnect>[0]['meaning'],
  compiled: Parameters<typeof canConnect>[1],
  self: PortRef,
  side: PortSide,
): PortRef[] {
  const found: PortRef[] = [];
  for (const id of Object.keys(meaning.nodes) as NodeId[]) {
    const type = nodeType(meaning.nodes[id]!.type);
    for (const { name } of (side === 'target' ? type?.outputs : type?.inputs) ?? []) {
      const other: PortRef = { node: id, port: name };
      const problem =
        side === 'target'
          ? canConnect({ meaning }, compiled, other, self)
          : canConnect({ meaning }, compiled, self, other);
      if (problem === null) found.push(other);
    }
  }
  return found;
}
