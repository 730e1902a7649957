import type { Diagnostic } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";
import { LineCounter, parseAllDocuments } from "yaml";

/** 128 Ki characters: a larger file would hold the page up with every pause in typing. */
const MAX_CHARACTERS = 128 * 1024;
const MAX_PROBLEMS = 50;

/** What a YAML parser finds wrong with the text. */
export function yamlProblems(view: Pick<EditorView, "state">): Diagnostic[] {
  const { doc } = view.state;
  if (doc.length > MAX_CHARACTERS) return [];
  const documents = parsed(doc.toString());
  return documents
    .flatMap(({ errors, warnings }) => [
      ...errors.map((problem) => ({ problem, severity: "error" as const })),
      ...warnings.map((problem) => ({ problem, severity: "warning" as const })),
    ])
    .slice(0, MAX_PROBLEMS)
    .map(({ problem: { pos, message }, severity }) => ({
      from: Math.min(pos[0], doc.length),
      to: Math.min(Math.max(pos[1], pos[0] + 1), doc.length),
      severity,
      message,
    }));
}

type Problem = { pos: [number, number]; message: string };

function parsed(text: string): readonly { errors: readonly Problem[]; warnings: readonly Problem[] }[] {
  try {
    const documents = parseAllDocuments(text, { prettyErrors: false, lineCounter: new LineCounter() });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    // A text that is nested without end.
    const message = error instanceof Error ? error.message : String(error);
    return [{ errors: [{ pos: [0, 1], message }], warnings: [] }];
  }
}
