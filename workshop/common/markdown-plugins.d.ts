/** Plugins of markdown-it that bring no types. */
declare module "markdown-it-footnote" {
  import type { Markdown } from "./markdown-types.js";
  const plugin: (markdown: Markdown) => void;
  export default plugin;
}

declare module "markdown-it-deflist" {
  import type { Markdown } from "./markdown-types.js";
  const plugin: (markdown: Markdown) => void;
  export default plugin;
}

declare module "markdown-it-emoji/lib/data/full.mjs" {
  /** Signs by their names without colons. */
  const signs: Readonly<Record<string, string>>;
  export default signs;
}
