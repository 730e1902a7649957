import { type CommandWord, programWords, readCommands } from "./simple-commands.js";

/** What kubectl does with a container that runs, in words. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ["exec", "runs a command in a container"],
  ["logs", "reads a container's log"],
  ["attach", "attaches to a container"],
  ["port-forward", "reaches a container's port"],
  ["cp", "copies from or to a container"],
]);
const KUBECTL: ReadonlySet<string> = new Set(["kubectl", "k"]);

/** What in a text of commands needs a container that runs; nothing where nothing does. */
export function containerWords(text: string): string | undefined {
  for (const command of readCommands(text).commands) {
    const [program, ...words] = programWords(command);
    const found = program && (KUBECTL.has(program.text) ? ofKubectl(words) : ofRequest(program, words));
    if (found !== undefined) return found;
  }
  return undefined;
}

function ofKubectl(words: readonly CommandWord[]): string | undefined {
  if (words.some(({ text }) => text === "--help" || text === "-h")) return undefined;
  // Global options may come first, with their values.
  const others = words.findIndex(
    ({ text }, at) => VERBS.has(text) || !(text.startsWith("-") || words[at - 1]?.text.startsWith("-")),
  );
  return VERBS.get(words[others]?.text ?? "");
}

/** Requests to a Service or to an address that a command found out; those to other sites are none of a container. */
function ofRequest(program: CommandWord, words: readonly CommandWord[]): string | undefined {
  if (program.text !== "curl" && program.text !== "wget") return undefined;
  const isService = words.some(({ text }) => /\.svc\b/.test(text));
  return isService ? "reaches a Service" : undefined;
}
