import { renderToString } from "katex";
import "katex/dist/katex.min.css";

/** 1,000 macros of its author's within each other, and letters of fifty times the size of the text. */
const MOST = { maxExpand: 1_000, maxSize: 50 };

/** The formula as HTML, with MathML for screen readers. Throws KaTeX's own error, which names the place, for a text that is none. */
export function drawFormula(source: string, isBlock: boolean): string {
  return renderToString(source, { ...MOST, displayMode: isBlock, trust: false, strict: "ignore" });
}
