/** What the command line says, and how it ends: 0, or 1 with diagnostics. Output for machines goes to stdout as JSON, one value a line. */
import { describeDiagnostic, nodeTitle } from '../compile/describe';
import { describeDataProblem } from '../data/describe';
import type { DataProblem } from '../data/problems';
import type { FailureCause } from '../engine/run-event';
import type { Diagnostic } from '../graph/diagnostic';
import { type GraphDoc, nodeId } from '../graph/document';
import type { FileProblem } from '../graph/file-problem';
import { format } from '../messages/catalogue';
import { fileProblems } from '../messages/file-problems';
import { trainingMessages as words } from '../messages/training';

/** Thrown for what the user can mend; `main` prints it and exits with 1. */
export class CliProblem extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const diagnosticText = (diagnostic: Diagnostic, doc: GraphDoc): string =>
  describeDiagnostic(diagnostic, { locale: 'en', nodes: doc.meaning.nodes });

export const fileProblemText = ({ code, facts }: FileProblem): string =>
  format(fileProblems[code], 'en', facts);

export const dataProblemText = (problem: DataProblem): string => describeDataProblem(problem, 'en');

export function refuseFile(problem: FileProblem): never {
  throw new CliProblem(problem.code, fileProblemText(problem));
}

export function refuseData(problems: readonly DataProblem[]): never {
  throw new CliProblem(problems[0]?.code ?? 'data', problems.map(dataProblemText).join('\n'));
}

export function failureText(cause: FailureCause, doc: GraphDoc): string {
  switch (cause.kind) {
    case 'out-of-memory':
      return words.outOfMemory.en;
    case 'non-finite': {
      const { epoch, step, node } = cause;
      // Plan ids begin with the id of the node on the canvas.
      const name =
        node && nodeTitle({ locale: 'en', nodes: doc.meaning.nodes }, nodeId(node.replace(/[/#].*/, '')));
      return name
        ? format(words.nonFiniteNode, 'en', { epoch, step, node: name })
        : format(words.nonFinite, 'en', { epoch, step });
    }
    case 'backend':
      return format(words.backendFailed, 'en', { message: cause.message });
    case 'data':
      return format(words.dataFailed, 'en', { sentence: cause.code });
    case 'unresponsive':
    case 'worker-lost':
      return words.unresponsive.en;
    case 'internal':
      return format(words.internal, 'en', { message: cause.message });
    default:
      return cause satisfies never;
  }
}

export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

/** Columns padded to their widest cell; numbers to the right. */
export function printTable(rows: readonly (readonly (string | number)[])[]): void {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, String(cell).length);
  }
  for (const row of rows) {
    const cells = row.map((cell, at) =>
      typeof cell === 'number' ? String(cell).padStart(widths[at]!) : cell.padEnd(widths[at]!),
    );
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}
