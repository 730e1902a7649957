import type { Fillings } from "./filled-text.js";
import { type Leaf, partsOf } from "./page-leaves.js";

/** What browsers draw of a page: a formula of TeX or a diagram of Mermaid. */
export interface DrawnText {
  kind: "formula" | "diagram";
  text: string;
  /** Whether it stands within a sentence. */
  isInline: boolean;
  /** Line on which it begins. */
  line: number;
}

/** Every formula and diagram of the page; lines count within the filled text. */
export function drawnTexts(leaves: readonly Leaf[], fillings: Fillings): DrawnText[] {
  return leaves.flatMap((leaf): DrawnText[] => {
    if (leaf.kind === "text")
      return partsOf(leaf).flatMap(({ part, line }) =>
        part.attrGet("class") === "language-math"
          ? [{ kind: "formula", text: fillings.plain(part.content), isInline: true, line }]
          : [],
      );
    if (leaf.kind !== "fence") return [];
    const language = leaf.token.info.trim().split(/\s/, 1)[0] ?? "";
    const kind = { math: "formula" as const, mermaid: "diagram" as const }[language];
    return kind ? [{ kind, text: fillings.plain(leaf.content), isInline: false, line: leaf.line }] : [];
  });
}
