/** "Why this number": the parameter count of one node as a sum of its own weights, and what one forward pass costs. */
import { Fragment } from 'react';
import type { Cost } from '../../compile/result';
import { formatCount } from '../../messages/catalogue';
import { inspectorMessages as words } from '../../messages/inspector';
import { nodeType } from '../../nodes/index';
import { useText } from '../i18n';
import type { PrimitiveCount } from './explain-cost';
import css from './inspector.module.css';

interface CountsProps {
  readonly primitives: readonly PrimitiveCount[] | null;
  readonly cost: Cost | undefined;
}

const exact = (value: number): string => value.toLocaleString('en-US');

export function Counts({ primitives, cost }: CountsProps) {
  const text = useText();
  if (!cost || (primitives === null && cost.parameters === 0))
    return <p className={css.hint}>{text(words.costUnknown)}</p>;
  const terms =
    primitives?.reduce((sum, primitive) => sum + primitive.weights.length * primitive.times, 0) ?? 0;
  const isSum = terms !== 1;
  const frozen = cost.parameters - cost.trainableParameters;
  return (
    <>
      <h4 className={css.heading}>{text(words.parameters)}</h4>
      {cost.parameters === 0 ? (
        <p className={css.hint}>{text(words.noParameters)}</p>
      ) : (
        <dl className={css.count}>
          {primitives?.map((primitive) => (
            <Fragment key={primitive.inner}>
              {primitive.inner && (
                <dt className={css.inner}>
                  {primitive.inner} · {text(nodeType(primitive.type)?.title ?? words.layer)}
                </dt>
              )}
              {primitive.weights.map((weight) => (
                <Fragment key={weight.name}>
                  <dt>
                    {weight.name} {weight.shape.join('×')}
                    {primitive.times > 1 && ` × ${primitive.times}`}
                    {!weight.trainable && <span className={css.hint}> ({text(words.notTrained)})</span>}
                  </dt>
                  <dd>{exact(weight.count * primitive.times)}</dd>
                </Fragment>
              ))}
            </Fragment>
          ))}
          <dt className={isSum ? css.sum : ''}>
            {isSum ? text(words.total) : '='}
            {frozen > 0 && <span className={css.hint}> {text(words.frozen, { count: exact(frozen) })}</span>}
          </dt>
          <dd className={isSum ? css.sum : ''}>{exact(cost.parameters)}</dd>
        </dl>
      )}
      <dl className={css.facts}>
        <dt title={text(words.multiplyAddsHelp)}>{text(words.multiplyAdds)}</dt>
        <dd>{formatCount(cost.multiplyAdds)}</dd>
        <dt title={text(words.activationsHelp)}>{text(words.activations)}</dt>
        <dd>{formatCount(cost.activations)}</dd>
      </dl>
    </>
  );
}
