import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ExecResult, SessionHost } from "../../terminal/common/session-host.js";
import type { CheckResult } from "../common/api.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { scriptText } from "../common/expectation.js";
import type { Lab } from "../common/lab.js";
import { isReallyWithin } from "./lab-path.js";

/** A check looks; what takes longer than 10 s is work, and belongs in a block. */
const CHECK_MS = 10_000;
const SCRIPT_BYTES = 64 * 1024;
const OUTPUT_BYTES = 64 * 1024;
/** A sentence for people, not a log. */
const SENTENCE_CHARACTERS = 500;
/** They read a program on standard input by another word than everything else. */
const SHELLS = new Set(["bash", "dash", "sh", "zsh", "ksh"]);

/** The text of a check script of the lab. Throws LAB_INVALID where it is not there, too large, or outside of the lab. */
export async function readCheckScript(lab: Lab, path: string): Promise<string> {
  const file = join(lab.source.folder, path);
  if (!(await isReallyWithin(lab.source.folder, file)))
    throw invalid(`The check ${path} lies outside of the lab; put it inside`);
  const handle = await open(file).catch((cause: unknown) => {
    throw invalid(`The check ${path} is not in the lab; its path counts from the lab's folder`, cause);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SCRIPT_BYTES + 1), 0, SCRIPT_BYTES + 1);
    if (bytesRead > SCRIPT_BYTES) throw invalid(`The check ${path} is larger than ${SCRIPT_BYTES} bytes`);
    return buffer.toString("utf8", 0, bytesRead);
  } catch (cause) {
    throw cause instanceof WorkshopError ? cause : invalid(`The check ${path} cannot be read`, cause);
  } finally {
    await handle.close();
  }
}

/**
 * Runs a check script of the lab as the learner, in their home; with status 0 it passes, and the last line it prints is what is said.
 * One that the lab does not have fails. Throws what the session host throws, and the signal's reason.
 */
export async function runCheckScript(
  {
    lab,
    session,
    path,
    env,
  }: { lab: Lab; session: string; path: string; env: Readonly<Record<string, string>> },
  host: Pick<SessionHost, "exec">,
  signal?: AbortSignal,
): Promise<CheckResult> {
  const text = scriptText(path);
  const script = await readCheckScript(lab, path).catch((error: unknown) => {
    if (error instanceof WorkshopError) return error;
    throw error;
  });
  if (script instanceof WorkshopError) return { text, state: "failed", detail: `${script.message}.` };
  const result = await host.exec(session, {
    argv: interpreterOf(script),
    stdin: script,
    env,
    timeoutMs: CHECK_MS,
    outputBytes: OUTPUT_BYTES,
    ...(signal && { signal }),
  });
  const said = sentenceOf(result);
  const isMet = result.exitStatus === 0;
  const detail =
    said === ""
      ? isMet
        ? undefined
        : `The check ended with status ${result.exitStatus ?? "unknown"}.`
      : said;
  return {
    text: scriptText(path),
    state: isMet ? "passed" : "failed",
    ...(detail !== undefined && { detail }),
  };
}

/** As its first line names it, else bash. */
function interpreterOf(script: string): string[] {
  const [program = "bash", ...words] = /^#!\s*([^\n]+)/.exec(script)?.[1]?.trim().split(/\s+/) ?? [];
  const name = basename(program) === "env" ? (words.at(-1) ?? "") : basename(program);
  return [program, ...words, SHELLS.has(name) ? "-s" : "-"];
}

function sentenceOf({ stdout, stderr, killed }: ExecResult): string {
  if (killed === "timeout") return `The check did not end within ${CHECK_MS / 1000} s.`;
  if (killed === "output") return "The check printed more than a check may.";
  const line = lastLine(stdout) || lastLine(stderr);
  return line.slice(0, SENTENCE_CHARACTERS);
}

function lastLine(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8").trimEnd().split("\n").at(-1)?.trim() ?? "";
}

function invalid(message: string, cause?: unknown): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.labInvalid, message, { cause });
}
