/** A failure that no request foresaw (the worker died, a bug) in the words of each request's own error type. */
import { dataError } from '../data/problems';
import type { FailureCause } from '../engine/run-event';
import type { RequestKind, Requests } from './protocol';

type ErrorMakers = { readonly [K in RequestKind]: (cause: FailureCause) => Requests[K]['error'] };

const words = (cause: FailureCause): string => ('message' in cause ? cause.message : cause.kind);
const asData = (cause: FailureCause) => [dataError('storage-failed', { message: words(cause) })];
const asNoRun = () => 'no-run' as const;
const asCause = (cause: FailureCause) => cause;

const MAKERS: ErrorMakers = {
  hello: () => 'protocol',
  importData: asData,
  previewRows: asData,
  preflight: asCause,
  startRun: asCause,
  openRun: asCause,
  pause: asNoRun,
  resume: asNoRun,
  step: asNoRun,
  stop: asNoRun,
  trainedModel: asNoRun,
  evaluate: asCause,
  samples: asCause,
  exportTfjs: asCause,
};

export const requestError = <K extends RequestKind>(kind: K, cause: FailureCause): Requests[K]['error'] =>
  MAKERS[kind](cause);
