/** A starter: a project that opens laid out, compiles without a diagnostic, and trains as it stands. */
import type { GraphDoc } from '../graph/document';
import type { Text } from '../graph/text';

export interface Starter {
  readonly id: string;
  readonly title: Text;
  readonly summary: Text;
  /** What it teaches, in a few words for the card. */
  readonly topic: Text;
  document(): GraphDoc;
}
