/**
 * The part of Papa Parse that is used. Its published types pull in those of Node, which the core must not see, hence the
 * import by file name.
 */
declare module 'papaparse/papaparse.js' {
  interface ParserResult {
    readonly data: string[][];
    readonly errors: readonly { readonly code: string; readonly row?: number }[];
    /** `cursor`: how much of the input was consumed. */
    readonly meta: { readonly cursor: number };
  }
  const Papa: {
    readonly Parser: new (config: {
      readonly delimiter: string;
      readonly newline: string;
      readonly quoteChar: string;
      readonly preview?: number;
    }) => { parse(input: string, baseIndex: number, ignoreLastRow: boolean): ParserResult };
  };
  export default Papa;
}
