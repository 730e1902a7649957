import { open } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { join } from "node:path";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { CheckResult } from "../common/api.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Examination } from "../common/examiner.js";
import { scriptText } from "../common/expectation.js";
import type { Lab } from "../common/lab.js";
import type { InputValues } from "../common/test-inputs.js";
import { runLabProgram, saidBy } from "./lab-program.js";
import { isReallyWithin } from "./lab-path.js";

/** A check looks; what takes longer than 10 s is work, and belongs in a block. */
const CHECK_MS = 10_000;
/** Programs that are built are larger than scripts; what is larger than this belongs into the shells' image. */
const PROGRAM_BYTES = 4 * 1024 * 1024;
/** How long a test is run again and again that says so: two minutes are a long time before a page. */
const RETRYING_MS = 120_000;

/** A check of a lab in one session. */
export interface ScriptRun {
  lab: Lab;
  session: string;
  env: Readonly<Record<string, string>>;
}

/** Where the tests of `examiner:execute-test` are, in a lab of each form. */
export function testPath({ source }: Pick<Lab, "source">, name: string): string {
  return source.form === "native" || source.form === "page"
    ? `checks/${name}`
    : `workshop/examiner/tests/${name}`;
}

/** A program of the lab. Throws LAB_INVALID where it is not there, too large, or outside of the lab. */
export async function readCheckScript(lab: Pick<Lab, "source">, path: string): Promise<Uint8Array> {
  const file = join(lab.source.folder, path);
  if (!(await isReallyWithin(lab.source.folder, file)))
    throw invalid(`The check ${path} lies outside of the lab; put it inside`);
  const handle = await open(file).catch((cause: unknown) => {
    throw invalid(`The check ${path} is not in the lab; its path counts from the lab's folder`, cause);
  });
  try {
    const { size } = await handle.stat();
    if (size > PROGRAM_BYTES) throw invalid(`The check ${path} is larger than ${PROGRAM_BYTES} bytes`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
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
  run: ScriptRun & { path: string; timeoutMs?: number },
  host: Pick<SessionHost, "exec">,
  signal?: AbortSignal,
): Promise<CheckResult> {
  return runOnce({ ...run, args: [], timeoutMs: run.timeoutMs ?? CHECK_MS }, host, signal);
}

/**
 * Runs a test of the lab in the same way, with its arguments and what a person has entered as JSON on its standard input; again where
 * it fails and the block says so, `retries` times or two minutes. Throws what the session host throws, and the signal's reason.
 */
export async function runExamination(
  run: ScriptRun & { test: Examination; inputs?: InputValues | undefined },
  host: Pick<SessionHost, "exec">,
  { signal, onAttempt }: { signal?: AbortSignal; onAttempt?: (check: CheckResult) => void } = {},
): Promise<CheckResult> {
  const { lab, test, inputs = {} } = run;
  const end = performance.now() + RETRYING_MS;
  for (let attempt = 0; ; attempt++) {
    const check = await runOnce(
      {
        ...run,
        path: testPath(lab, test.name),
        args: test.args,
        stdin: JSON.stringify(inputs),
        timeoutMs: test.timeoutMs,
      },
      host,
      signal,
    );
    const isLast = attempt >= test.retries || performance.now() + test.delayMs > end;
    if (check.state === "passed" || isLast) return check;
    onAttempt?.({ ...check, state: "waiting" });
    await wait(test.delayMs, undefined, signal && { signal });
  }
}

async function runOnce(
  run: ScriptRun & { path: string; args: readonly string[]; stdin?: string; timeoutMs: number },
  host: Pick<SessionHost, "exec">,
  signal?: AbortSignal,
): Promise<CheckResult> {
  const { lab, session, path, env, args, stdin, timeoutMs } = run;
  const text = scriptText(path);
  const content = await readCheckScript(lab, path).catch((error: unknown) => {
    if (error instanceof WorkshopError) return error;
    throw error;
  });
  if (content instanceof WorkshopError) return { text, state: "failed", detail: `${content.message}.` };
  const program = { name: path, content, args, env, timeoutMs, ...(stdin !== undefined && { stdin }) };
  const result = await runLabProgram(host, session, program, signal);
  const isMet = result.exitStatus === 0;
  const said = saidBy(result, timeoutMs);
  const unsaid = isMet ? undefined : `The check ended with status ${result.exitStatus ?? "unknown"}.`;
  const detail = said === "" ? unsaid : said;
  return { text, state: isMet ? "passed" : "failed", ...(detail !== undefined && { detail }) };
}

function invalid(message: string, cause?: unknown): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.labInvalid, message, { cause });
}
