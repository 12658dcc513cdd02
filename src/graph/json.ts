/** Plain JSON: the only kind of value that a document, a plan or a message between threads may hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
