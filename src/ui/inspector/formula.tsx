/** TeX as mathematics. KaTeX and its fonts load the first time a formula is looked at; until then the TeX itself is shown. */
import { useEffect, useState } from 'react';
import css from './inspector.module.css';

let katex: Promise<(tex: string) => string> | null = null;

/** One load for the whole page; MathML beside the drawing lets screen readers speak the formula. */
function loadKatex(): Promise<(tex: string) => string> {
  katex ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(
    ([{ default: library }]) =>
      (tex: string) =>
        library.renderToString(tex, {
          displayMode: true,
          throwOnError: false,
          output: 'htmlAndMathml',
          trust: false,
        }),
  );
  return katex;
}

export function Formula({ tex }: { readonly tex: string }) {
  const [html, setHtml] = useState<{ readonly tex: string; readonly html: string } | null>(null);
  useEffect(() => {
    let wanted = true;
    loadKatex().then(
      (render) => {
        if (wanted) setHtml({ tex, html: render(tex) });
      },
      // Without the library (offline before the first visit) the TeX stays readable.
      () => {},
    );
    return () => {
      wanted = false;
    };
  }, [tex]);
  return html?.tex === tex ? (
    // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX escapes its input, and the TeX comes from our own node types
    <div className={css.formula} dangerouslySetInnerHTML={{ __html: html.html }} />
  ) : (
    <div className={css.formula}>
      <pre>{tex}</pre>
    </div>
  );
}
