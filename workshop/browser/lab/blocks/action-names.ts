import type { ActionView } from "../../../common/api.js";

type Named = Pick<ActionView, "kind" | "title" | "text" | "terminals">;

/** Where a block acts: `Terminal 1`, `Terminals 1, 2 and 3`. */
export function targetName(action: Named): string {
  return action.terminals.length === 0 ? action.title : capital(terminalsName(action.terminals));
}

/** What stands over a block: the author's own title, where there is one, and where the block acts. */
export function headline(action: Named): string {
  const isUsual = action.title === "" || /^Run in (?:all terminals|terminal )/.test(action.title);
  const target = targetName(action);
  return isUsual || action.title === target ? target : `${action.title} · ${target}`;
}

/** `Terminal 1`; a terminal the lab has named keeps its name. */
export function terminalName(terminal: string): string {
  return /^\d+$/.test(terminal) ? `Terminal ${terminal}` : terminal;
}

/** The whole name of a run button: `Run in terminal 1: kubectl get pods`. */
export function actionName(action: Named, words: string): string {
  switch (action.kind) {
    case "terminal-clear":
      return `${words}: clear ${terminalsName(action.terminals)}`;
    case "terminal-interrupt":
      return `${words}: interrupt ${terminalsName(action.terminals)}`;
    default:
      return action.text === undefined
        ? `${words}: ${action.title}`
        : `${words} in ${terminalsName(action.terminals)}: ${shortened(action.text)}`;
  }
}

/** Characters of a command that a name repeats; a screen reader would read out a whole script. */
const MAX_NAME = 200;

/** A command as it stands in the name of a button. */
export function shortened(text: string): string {
  return text.length <= MAX_NAME ? text : `${text.slice(0, MAX_NAME)}…`;
}

function terminalsName(terminals: readonly string[]): string {
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
