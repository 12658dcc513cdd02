/**
 * Bilingual text. Everything a user reads is a `Text`: node titles and field help live beside the node, interface words in
 * `messages/`. Leaving out a language does not compile, so there is no fallback chain and no missing key at run time.
 */
export const LOCALES = ['en', 'zh'] as const;
export type Locale = (typeof LOCALES)[number];
export type Text = Readonly<Record<Locale, string>>;

/** Both languages side by side, short enough for every title and help line of a node. */
export const t = (en: string, zh: string): Text => ({ en, zh });
