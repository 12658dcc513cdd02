/** Answers `preflight`: the model of a plan, tried on the rows that it would be trained on, before the run itself. */
import { dataError } from '../data/problems';
import { failureOf } from '../engine/failure';
import { preflight } from '../engine/preflight';
import type { FailureCause } from '../engine/run-event';
import type { Requests } from './protocol';
import { dataSpec, type SessionContext } from './run-session';

type Answer =
  | { readonly ok: true; readonly value: Requests['preflight']['value'] }
  | { readonly ok: false; readonly error: Requests['preflight']['error'] };

export interface PreflightCourse {
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export async function answerPreflight(
  { tf, backends, sources }: Pick<SessionContext, 'tf' | 'backends' | 'sources'>,
  { plan, training, source, backend }: Requests['preflight']['args'],
  { signal, onProgress }: PreflightCourse,
): Promise<Answer> {
  const spec = dataSpec(plan, training);
  const data = spec && (await sources.prepared(source, spec));
  if (!data) return { ok: false, error: asCause(dataError('dataset-missing', { id: source.id })) };
  if (!data.ok) {
    const problem = data.problems.find(({ severity }) => severity === 'error') ?? data.problems[0]!;
    return { ok: false, error: asCause(problem) };
  }
  try {
    const value = await preflight({
      ...{ tf, plan, training, data: data.value, wish: backend, env: backends, onProgress },
      deviceGiB: (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory ?? null,
      isCancelled: () => signal.aborted,
    });
    return value ? { ok: true, value } : { ok: false, error: 'cancelled' };
  } catch (error) {
    return { ok: false, error: failureOf(error) };
  }
}

const asCause = ({
  code,
  facts,
}: {
  readonly code: string;
  readonly facts: { readonly [name: string]: string | number };
}): FailureCause => ({ kind: 'data', code, facts });
