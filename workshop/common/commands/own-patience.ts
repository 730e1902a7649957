import { type CommandWord, programWords, readCommands } from "./simple-commands.js";

/** What comes on top of what a command says itself, for it to begin and to end. */
const MARGIN_MS = 10_000;
/** The time that pods have to end, which `kubectl delete` waits for. */
const GRACE_MS = 30_000;
/** Nobody waits longer for a step without having said so. */
const MOST_MS = 10 * 60_000;
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
const KUBECTL: ReadonlySet<string> = new Set(["kubectl", "k", "oc"]);

/** How long a text of commands may take by what it says itself: its `sleep`s, its `--timeout`s, and the pods that it deletes. 0 where it says nothing. */
export function ownPatienceMs(text: string): number {
  if (!/sleep|timeout|delete/.test(text)) return 0;
  const sum = readCommands(text).commands.reduce((all, command) => all + ofCommand(programWords(command)), 0);
  return sum === 0 ? 0 : Math.min(sum + MARGIN_MS, MOST_MS);
}

function ofCommand(words: readonly CommandWord[]): number {
  const [program = "", ...others] = words.map(({ text }) => text);
  if (program === "sleep" || program === "timeout")
    return durationMs(others.find((word) => !word.startsWith("-")));
  if (!KUBECTL.has(program)) return 0;
  const at = others.findIndex((word) => word === "--timeout");
  const given = at < 0 ? others.find((word) => word.startsWith("--timeout="))?.slice(10) : others[at + 1];
  return durationMs(given) + (deletes(others) ? GRACE_MS : 0);
}

function deletes(words: readonly string[]): boolean {
  const isAtOnce = words.some((word) => /^--(?:now|force|grace-period|wait=false|dry-run)/.test(word));
  return words.includes("delete") && !isAtOnce;
}

/** `90`, `1.5s` and `2m30s`; 0 for what is no time, or one below it. */
function durationMs(text = ""): number {
  if (/^\d{1,6}(?:\.\d{1,3})?$/.test(text)) return Number(text) * 1000;
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?(?:ms|[hms])){1,4}$/.test(text)) return 0;
  return [...text.matchAll(/([\d.]{1,10})(ms|[hms])/g)].reduce(
    (sum, [, number = "0", unit = "s"]) => sum + Number(number) * (UNITS[unit] ?? 0),
    0,
  );
}
