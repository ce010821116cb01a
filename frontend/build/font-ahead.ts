import type { Plugin } from "vite";

/** The letters most pages are written in. */
const FONT = /inter-latin-wght-normal.*\.woff2$/;

/** Has the browser fetch the font together with the scripts, so that no text is drawn twice and moves. */
export function fontAhead(): Plugin {
  return {
    name: "loanark-font-ahead",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        return Object.keys(bundle ?? {})
          .filter((name) => FONT.test(name))
          .map((name) => ({
            tag: "link",
            attrs: { rel: "preload", href: `/${name}`, as: "font", type: "font/woff2", crossorigin: true },
            injectTo: "head" as const,
          }));
      },
    },
  };
}
