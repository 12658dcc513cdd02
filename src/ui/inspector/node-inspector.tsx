/** Everything about the one selected node: name, settings, shapes, formula with its own numbers, cost, problems. */
import { useMemo } from 'react';
import type { GraphNode } from '../../graph/document';
import { inspectorMessages as words } from '../../messages/inspector';
import { nodeType } from '../../nodes/index';
import { useData } from '../../state/data-store';
import { useDocument } from '../../state/document-store';
import { impliedColumns } from '../data/implied-columns';
import { useText } from '../i18n';
import { DiagnosticList } from '../problems/diagnostic-list';
import { nodeOf } from '../problems/place';
import { FAMILY_ICONS, FAMILY_TITLES, familyColor } from '../theme/families';
import { Counts } from './counts';
import { explainParameters } from './explain-cost';
import { FieldForm } from './field-form';
import { useFieldMessages } from './field-messages';
import { Formula } from './formula';
import css from './inspector.module.css';
import { NodeHealth } from './node-health';
import { NodeSwitches } from './node-switches';
import { Ports } from './ports';

export function NodeInspector({ node }: { readonly node: GraphNode }) {
  const text = useText();
  const meaning = useDocument((state) => state.doc.meaning);
  const compiled = useDocument((state) => state.compiled);
  const dispatch = useDocument((state) => state.dispatch);
  const schema = useData((state) => state.bound?.schema ?? null);
  const type = nodeType(node.type);
  const here = useMemo(
    () => compiled.diagnostics.filter((diagnostic) => nodeOf(diagnostic, meaning) === node.id),
    [compiled, meaning, node.id],
  );
  const messages = useFieldMessages(here, 'field');
  const primitives = useMemo(
    () => explainParameters(node, meaning, compiled, schema),
    [node, meaning, compiled, schema],
  );
  const implied = useMemo(() => impliedColumns(type, node.config, schema), [type, node.config, schema]);
  const family = type?.family ?? 'unknown';
  const Icon = FAMILY_ICONS[family];
  // A problem that sits at a field is told there, with its fixes, so that the form does not jump while someone types.
  const listed = here.filter((each) => !(each.where.kind === 'field' && type?.fields[each.where.field]));
  return (
    <div className={css.panel}>
      <header className={css.head}>
        <span className={css.badge} style={{ '--family': familyColor(family) } as React.CSSProperties}>
          <Icon size={16} aria-hidden />
        </span>
        <input
          className={css.title}
          aria-label={text(words.name)}
          title={text(words.nameHelp)}
          value={node.title}
          placeholder={type ? text(type.title) : node.type}
          spellCheck={false}
          onChange={(event) =>
            dispatch(
              { kind: 'renameNode', node: node.id, title: event.currentTarget.value },
              `title:${node.id}`,
            )
          }
          onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
        />
        <p className={css.kind}>
          {type
            ? `${text(type.title)} · ${text(FAMILY_TITLES[family])}`
            : text(words.unknownType, { type: node.type })}
        </p>
      </header>
      {type && <p className={css.summary}>{text(type.summary)}</p>}
      {listed.length > 0 && (
        <section className={css.section} aria-label={text(words.problems)}>
          <DiagnosticList diagnostics={listed} />
        </section>
      )}
      {type && (
        <section className={css.section}>
          <h3 className={css.heading}>{text(words.settings)}</h3>
          {Object.keys(type.fields).length > 0 ? (
            <FieldForm
              key={node.id}
              fields={type.fields}
              config={node.config}
              schema={schema}
              messages={messages}
              isHead={type.kind === 'output'}
              implied={implied}
              onChange={(field, value) =>
                dispatch(
                  { kind: 'setConfig', node: node.id, config: { [field]: value } },
                  `config:${node.id}:${field}`,
                )
              }
            />
          ) : (
            <p className={css.hint}>{text(words.noSettings)}</p>
          )}
          <NodeSwitches
            node={node}
            type={type}
            mayHaveWeights={primitives === null || primitives.length > 0}
          />
        </section>
      )}
      {type && <Ports node={node} type={type} meaning={meaning} compiled={compiled} />}
      {type && (
        <section className={css.section}>
          <h3 className={css.heading}>{text(words.formula)}</h3>
          <Formula tex={type.formula} />
          {type.kind !== 'input' && <Counts primitives={primitives} cost={compiled.costs.get(node.id)} />}
        </section>
      )}
      <NodeHealth node={node.id} />
      {type && type.references.length > 0 && (
        <section className={css.section}>
          <h3 className={css.heading}>{text(words.references)}</h3>
          <ul className={css.references}>
            {type.references.map((reference) => (
              <li key={reference.title}>
                {reference.url ? (
                  <a href={reference.url} target="_blank" rel="noreferrer">
                    {reference.title}
                  </a>
                ) : (
                  reference.title
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
