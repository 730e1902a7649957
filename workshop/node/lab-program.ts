import type { ExecResult, SessionHost } from "../../terminal/common/session-host.js";
import { programText } from "./program-text.js";

/** A program of the lab, and how it is run beside the learner's shells. */
export interface LabProgram {
  /** Its file's name, which it finds as the name it was called by. */
  name: string;
  content: Uint8Array;
  args?: readonly string[];
  stdin?: string;
  env: Readonly<Record<string, string>>;
  timeoutMs: number;
}

const OUTPUT_BYTES = 64 * 1024;
/** A sentence for people, not a log. */
const SENTENCE_CHARACTERS = 500;

/**
 * The program comes first on standard input, and what it reads itself behind it; learners do not find it in their home. It is run by
 * what its first line names, and by bash where it names nothing.
 */
const RUN = `folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
file="$folder/$2"
head -c "$1" > "$file" && chmod 700 "$file" || exit
by=$3
shift 3
$by "$file" "$@"`;

/** Runs a program of the lab as the learner, in their home. Throws what the session host throws, and the signal's reason. */
export async function runLabProgram(
  host: Pick<SessionHost, "exec">,
  session: string,
  { name, content: written, args = [], stdin = "", env, timeoutMs }: LabProgram,
  signal?: AbortSignal,
): Promise<ExecResult> {
  const content = programText(written);
  const by = namesInterpreter(content) ? "" : "bash";
  const file = name.split("/").at(-1) ?? name;
  return host.exec(session, {
    argv: ["bash", "--norc", "-c", RUN, "check", String(content.length), file, by, ...args],
    stdin: Buffer.concat([content, Buffer.from(stdin)]),
    env,
    timeoutMs,
    outputBytes: OUTPUT_BYTES,
    ...(signal && { signal }),
  });
}

/** The last line that a program printed, or what became of it, for people. */
export function saidBy({ stdout, stderr, killed }: ExecResult, timeoutMs: number): string {
  if (killed === "timeout") return `The check did not end within ${timeoutMs / 1000} s.`;
  if (killed === "output") return "The check printed more than a check may.";
  const line = lastLine(stdout) || lastLine(stderr);
  return line.slice(0, SENTENCE_CHARACTERS);
}

/** A script with `#!`, or a program for the machine. */
function namesInterpreter(content: Uint8Array): boolean {
  const first = Buffer.from(content.subarray(0, 4)).toString("latin1");
  return first.startsWith("#!") || first === "\x7fELF";
}

function lastLine(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8").trimEnd().split("\n").at(-1)?.trim() ?? "";
}
