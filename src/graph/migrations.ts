/**
 * Older project files, brought up to date one version at a time, before they are checked. When `FORMAT_VERSION` rises, add the step from
 * the version before and a stored file of that version to the test; the test fails while either is missing.
 */

type Raw = { readonly [key: string]: unknown };
export type Migrations = {
  readonly [fromVersion: number]: { readonly what: string; readonly up: (document: Raw) => Raw };
};

/** Version 1 is the first, so there is no step yet. */
export const MIGRATIONS: Migrations = {};

export function migrate(document: Raw, from: number, to: number, migrations: Migrations): Raw {
  let current = document;
  for (let version = from; version < to; version++) {
    const step = migrations[version];
    if (!step) throw new Error(`No migration of project files from version ${version}`);
    current = { ...step.up(current), version: version + 1 };
  }
  return current;
}
