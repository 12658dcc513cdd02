/** Reading records whose keys come from files: `constructor` or `toString` may be an id, so only own keys count. */
export function own<T>(record: { readonly [key: string]: T }, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
