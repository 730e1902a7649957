import type { DrawnText } from "../common/drawn-texts.js";
import type { LabProblem } from "../common/lab.js";
import type { Inspected } from "./lint-files.js";

/** What a browser draws at most: the limits of mermaid and KaTeX there. */
const MAX_DIAGRAM_CHARACTERS = 50_000;
const MOST = { maxExpand: 1_000, maxSize: 50 };

/** Formulas and diagrams of the page that no browser can draw. KaTeX and mermaid, which take a second to load, are loaded by the first of either. */
export async function faultyDrawings({ page, compiled }: Inspected): Promise<LabProblem[]> {
  const found = await Promise.all(
    compiled.drawn.map(async (drawn): Promise<LabProblem[]> => {
      const why = drawn.kind === "formula" ? await formulaFault(drawn) : await diagramFault(drawn);
      if (why === undefined) return [];
      const { line, message } = placed(why, drawn);
      const what = drawn.kind === "formula" ? "formula" : "diagram";
      return [
        {
          severity: "error",
          rule: "drawing",
          file: page.file,
          line,
          message: `The ${what} cannot be drawn, and is shown as it is written: ${message}`,
          fix: drawn.kind === "formula" ? "Correct its TeX" : "Correct it as mermaid's manual has it",
        },
      ];
    }),
  );
  return found.flat();
}

async function formulaFault({ text, isInline }: DrawnText): Promise<string | undefined> {
  const { renderToString } = await import("katex");
  try {
    renderToString(text, { ...MOST, displayMode: !isInline, trust: false, strict: "ignore" });
    return undefined;
  } catch (error) {
    return messageOf(error).replace(/^KaTeX parse error: /, "");
  }
}

async function diagramFault({ text }: DrawnText): Promise<string | undefined> {
  if (text.length > MAX_DIAGRAM_CHARACTERS)
    return `it has ${text.length} characters, and at most ${MAX_DIAGRAM_CHARACTERS} are drawn`;
  const mermaid = await parserOfDiagrams();
  try {
    await mermaid.parse(text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Cleans what is drawn, and needs a page to do it; nothing is drawn here. */
interface Cleaner {
  addHook?: () => void;
  removeHook?: () => void;
  sanitize?: (text: string) => string;
}

async function parserOfDiagrams(): Promise<{ parse(text: string): Promise<unknown> }> {
  const cleaner = (await import("dompurify")).default as unknown as Cleaner;
  cleaner.addHook ??= () => undefined;
  cleaner.removeHook ??= () => undefined;
  cleaner.sanitize ??= (text) => text;
  return (await import("mermaid")).default;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** 60: enough to find the place in its line. */
const MAX_NEAR_CHARACTERS = 60;

/** The first line of what is wrong, with the text before it, and where in the page that is: both tell a line of the diagram. */
function placed(why: string, { line, text }: DrawnText): { line: number; message: string } {
  const [first = "", near = ""] = why.split("\n", 2);
  // Where nothing of the last line is wrong but its end, mermaid names the one after it.
  const within = Math.min(
    Number(/\bline (\d{1,5})/.exec(first)?.[1] ?? 1),
    text.trimEnd().split("\n").length,
  );
  const message = first.replace(/ on line \d{1,5}:?/, "").replace(/:$/, "");
  const isShown = first.startsWith("Parse error") && near !== "";
  return {
    line: line + Math.max(0, within - 1),
    message: isShown ? `${message}: ${near.trim().slice(-MAX_NEAR_CHARACTERS)}` : message,
  };
}
