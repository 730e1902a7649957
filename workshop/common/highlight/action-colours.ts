import type { PageAction } from "../action.js";
import type { ActionView } from "../page-view.js";
import type { Highlight } from "./highlight-code.js";

/** The action with its text in colours: a command, or what goes into a file whose ending names a language. */
export function withColours(action: PageAction, highlight: Highlight): PageAction {
  const { view } = action;
  const language = languageOf(view);
  if (language === undefined || view.text === undefined || view.description !== undefined) return action;
  const pieces = highlight(view.text, language);
  return pieces ? { ...action, view: { ...view, pieces } } : action;
}

function languageOf({ kind, file }: ActionView): string | undefined {
  if (kind === "execute" || kind === "execute-all") return "shell";
  if (kind !== "edit" || file === undefined) return undefined;
  const name = file.slice(file.lastIndexOf("/") + 1);
  return name.slice(name.lastIndexOf(".") + 1);
}
