/** What goes in and what comes out of one node, port by port, with shapes as the compiler knows them. */
import type { CompileResult } from '../../compile/result';
import type { GraphNode, Meaning } from '../../graph/document';
import { formatShape, type TensorFact } from '../../graph/shape';
import { inspectorMessages as words } from '../../messages/inspector';
import type { NodeType } from '../../nodes/define-node';
import { useText } from '../i18n';
import { inputFacts } from './explain-cost';
import css from './inspector.module.css';

interface PortsProps {
  readonly node: GraphNode;
  readonly type: NodeType;
  readonly meaning: Meaning;
  readonly compiled: CompileResult;
}

export function Ports({ node, type, meaning, compiled }: PortsProps) {
  const text = useText();
  const facts = inputFacts(node, meaning, compiled.shapes);
  const connected = new Set(
    Object.values(meaning.edges)
      .filter((edge) => edge.target.node === node.id)
      .map((edge) => edge.target.port),
  );
  return (
    <section className={css.section}>
      <h3 className={css.heading} title={text(words.shapesHelp)}>
        {text(words.shapes)}
      </h3>
      <div className={css.ports}>
        {type.inputs.flatMap((port) => {
          const list = facts[port.name] ?? [];
          const rows: (TensorFact | undefined)[] = list.length ? [...list] : [undefined];
          return rows.map((fact, index) => (
            <Port
              // biome-ignore lint/suspicious/noArrayIndexKey: wires into one port are known by their order
              key={`in ${port.name} ${index}`}
              direction={text(words.input)}
              title={rows.length > 1 ? `${text(port.title)} ${index + 1}` : text(port.title)}
              fact={fact}
              missing={text(connected.has(port.name) ? words.unknownShape : words.notConnected)}
            />
          ));
        })}
        {type.outputs.map((port) => (
          <Port
            key={`out ${port.name}`}
            direction={text(words.output)}
            title={text(port.title)}
            fact={compiled.shapes.get(`${node.id}:${port.name}`)}
            missing={text(words.unknownShape)}
          />
        ))}
      </div>
    </section>
  );
}

interface PortProps {
  readonly direction: string;
  readonly title: string;
  readonly fact: TensorFact | undefined;
  readonly missing: string;
}

function Port({ direction, title, fact, missing }: PortProps) {
  return (
    <>
      <span className={css.direction}>{direction}</span>
      <span>{title}</span>
      <span className={`${css.shape} ${fact ? '' : css.unknown}`}>
        {fact ? formatShape(fact.shape) : missing}
        <span
          className={css.dot}
          style={{ background: `var(--flow-${fact?.flow ?? 'unknown'})` }}
          aria-hidden
        />
      </span>
    </>
  );
}
