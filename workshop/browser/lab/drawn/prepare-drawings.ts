/** What of a page is drawn in place of its text. */
export const DRAWN = { diagram: "diagram", formula: "formula", formulaBlock: "formula-block" } as const;

/** The class of the elements that stand for it, each with its `data-kind` and its text as `data-source`. */
export const DRAWING = "drawing";

/** Puts an empty element in the place of each diagram and formula of the text. */
export function prepareDrawings(root: HTMLElement): void {
  for (const code of root.querySelectorAll("pre > code.language-mermaid"))
    replace(code.parentElement, "div", DRAWN.diagram);
  for (const code of root.querySelectorAll("pre > code.language-math"))
    replace(code.parentElement, "div", DRAWN.formulaBlock);
  for (const code of root.querySelectorAll("code.language-math")) replace(code, "span", DRAWN.formula);
}

function replace(written: Element | null, name: "div" | "span", kind: string): void {
  const element = document.createElement(name);
  element.className = DRAWING;
  element.dataset["kind"] = kind;
  element.dataset["source"] = written?.textContent ?? "";
  written?.replaceWith(element);
}
