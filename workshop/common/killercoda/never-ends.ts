/** What an operator of the shell stands for: a command among others says nothing of when the whole ends. */
const OPERATOR = /^(?:\||\|\||&|&&|;|>|>>|<|<<.*)$/;
const WATCHES = new Set(["-w", "--watch", "--watch=true", "--watch-only"]);
const FOLLOWS = new Set(["-f", "--follow", "--follow=true"]);
const KUBECTL = new Set(["kubectl", "k", "oc"]);

/** Whether the last line of the text is a command that goes on until somebody interrupts it. */
export function neverEnds(text: string): boolean {
  // What comes before a `;` has ended by then.
  const last = text.trimEnd().split(/[\n;]/).at(-1)?.trim() ?? "";
  const words = last.split(/\s+/);
  if (last.endsWith("&") || words.some((word) => OPERATOR.test(word)) || isCutInQuotes(last)) return false;
  const [program = "", ...others] = words;
  const has = (options: ReadonlySet<string>): boolean => others.some((word) => options.has(word));
  // With -g it ends when what it shows changes.
  if (program === "watch") return others.length > 0 && !has(new Set(["-g", "--chgexit"]));
  if (program === "tail") return has(new Set(["-f", "-F", "--follow"]));
  return KUBECTL.has(program) && isEndlessKubectl(others, has);
}

function isEndlessKubectl(words: readonly string[], has: (options: ReadonlySet<string>) => boolean): boolean {
  const verb = words.find((word) => !word.startsWith("-"));
  if (words.includes("port-forward") || verb === "proxy") return true;
  if (words.includes("logs")) return has(FOLLOWS);
  return verb !== undefined && words.includes("get") && has(WATCHES);
}

/** Whether the command may end by itself although it goes on: the log of a job ends with the job. */
export function mayEnd(text: string): boolean {
  return /\blogs\b/.test(text.trimEnd().split(/[\n;]/).at(-1) ?? "");
}

/** A `;` within quotes ends no command. */
function isCutInQuotes(line: string): boolean {
  return line.split('"').length % 2 === 0 || line.split("'").length % 2 === 0;
}
