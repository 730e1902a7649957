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
  const verb = words[others]?.text ?? "";
  const texts = words.map(({ text }) => text);
  if (verb === "wait" && isForEnd(texts)) return "waits for the end of a container";
  if (verb === "run" && texts.slice(0, endOfOptions(texts)).some((text) => ATTACHES.test(text)))
    return "attaches to a container";
  return VERBS.get(verb);
}

/** Of `kubectl run`. */
const ATTACHES = /^(?:-[it]{1,2}|--stdin|--tty|--attach|--rm)(?:=true)?$/;
/** What only comes true when a process has ended; that a Pod is ready is said of simulated ones too. */
const ENDED =
  /^(?:condition=)?(?:complete|failed)\b|\.status\.(?:succeeded|failed)|\.phase\}?=(?:succeeded|failed)/i;

function isForEnd(words: readonly string[]): boolean {
  return words.some((word, at) => {
    const wanted = word === "--for" ? words[at + 1] : /^--for=(.*)$/.exec(word)?.[1];
    return wanted !== undefined && ENDED.test(wanted);
  });
}

/** Behind `--` stands the container's own command. */
function endOfOptions(words: readonly string[]): number {
  const at = words.indexOf("--");
  return at === -1 ? words.length : at;
}

/** Requests to a Service or to an address that a command found out; those to other sites are none of a container. */
function ofRequest(program: CommandWord, words: readonly CommandWord[]): string | undefined {
  if (program.text !== "curl" && program.text !== "wget") return undefined;
  const isService = words.some(({ text }) => /\.svc\b/.test(text));
  return isService ? "reaches a Service" : undefined;
}
