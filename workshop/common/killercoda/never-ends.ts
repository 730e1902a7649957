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
  if (last.endsWith("&") || words.some((word) => OPERATOR.test(word))) return false;
  const [program = "", ...others] = words;
  const has = (options: ReadonlySet<string>): boolean => others.some((word) => options.has(word));
  if (program === "watch") return others.length > 0;
  if (program === "tail") return has(new Set(["-f", "-F", "--follow"]));
  if (!KUBECTL.has(program)) return false;
  const verb = others.find((word) => !word.startsWith("-"));
  if (others.includes("port-forward") || verb === "proxy") return true;
  if (others.includes("logs")) return has(FOLLOWS);
  return verb !== undefined && others.includes("get") && has(WATCHES);
}
