import type { ActionView } from "../../../common/page-view.js";
import { terminalWords } from "../../../common/terminals.js";

type Named = Pick<ActionView, "kind" | "title" | "text" | "terminals">;

const BESIDE_SHELLS: ReadonlySet<Named["kind"]> = new Set(["edit", "show-file", "examine"]);

const OPENING: ReadonlySet<Named["kind"]> = new Set([
  "open-dashboard",
  "create-dashboard",
  "reload-dashboard",
  "delete-dashboard",
  "terminal-select",
]);

/** Whether a block only shows, makes or takes away what stands beside the text, in this browser alone. */
export function isOpening({ kind }: Pick<Named, "kind">): boolean {
  return OPENING.has(kind);
}

/** Where a block acts: `Terminal 1`, `Terminals 1, 2 and 3`. */
export function targetName(action: Named): string {
  return action.terminals.length === 0 ? action.title : capital(terminalsName(action.terminals));
}

/** What stands over a block: the author's own title, where there is one, and where the block acts. */
export function headline(action: Named): string {
  const target = targetName(action);
  const isUsual = action.title === "" || action.title === usualTitle(action);
  return isUsual || action.title === target ? target : `${action.title} · ${target}`;
}

/** The word on a block's button. */
export function verbOf({ kind }: Pick<Named, "kind">): string {
  return VERBS[kind] ?? "Run";
}

const VERBS: Partial<Record<Named["kind"], string>> = {
  "terminal-clear": "Clear",
  "terminal-interrupt": "Interrupt",
  "terminal-input": "Type",
  edit: "Do it",
  "show-file": "Show",
  examine: "Check",
};

/** The title a block has where its author gave none. */
function usualTitle(action: Named): string {
  const where = terminalWords(action.terminals);
  switch (action.kind) {
    case "terminal-clear":
    case "terminal-interrupt":
      return `${verbOf(action)} ${where}`;
    case "terminal-input":
      return `Type into ${where}`;
    default:
      return action.kind === "execute-all" ? "Run in all terminals" : `Run in ${where}`;
  }
}

/** `Terminal 1`; a terminal the lab has named keeps its name. */
export function terminalName(terminal: string): string {
  return /^\d+$/.test(terminal) ? `Terminal ${terminal}` : terminal;
}

/** The whole name of a button with these words: `Run in terminal 1: kubectl get pods`, `Interrupt terminal 2`. */
export function actionName(action: Named, words: string): string {
  const where = terminalsName(action.terminals);
  if (action.kind === "terminal-clear" || action.kind === "terminal-interrupt") return `${words} ${where}`;
  return action.text === undefined || BESIDE_SHELLS.has(action.kind)
    ? `${words}: ${action.title}`
    : `${words} in ${where}: ${shortened(action.text)}`;
}

/** Characters of a command that a name repeats; a screen reader would read out a whole script. */
const MAX_NAME = 200;

/** A command as it stands in the name of a button. */
export function shortened(text: string): string {
  return text.length <= MAX_NAME ? text : `${text.slice(0, MAX_NAME)}…`;
}

/** `terminal 1`, `terminals 1, 2 and 3`. */
export function terminalsName(terminals: readonly string[]): string {
  const [only, ...more] = terminals;
  if (only === undefined) return "all terminals";
  const last = more.at(-1);
  return last === undefined
    ? `terminal ${only}`
    : `terminals ${[only, ...more.slice(0, -1)].join(", ")} and ${last}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
