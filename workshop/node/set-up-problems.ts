import type { SessionHost } from "../../terminal/common/session-host.js";
import type { Lab, LabProblem } from "../common/lab.js";
import { needsSetUp } from "./set-up-home.js";
import { SET_UP_FAILURES, SET_UP_LOG } from "./start-files.js";

const FAILURE_BYTES = 4 * 1024;
const LOG_BYTES = 2 * 1024;
/** Of the log: the last lines say why, those before them what went well. */
const LOG_LINES = 5;
const READ_FAILURES = `cd ~ && [ -r ${SET_UP_FAILURES} ] || exit 0
head -c ${FAILURE_BYTES} ${SET_UP_FAILURES}; printf '\\0'; tail -c ${LOG_BYTES} ${SET_UP_LOG}`;

/** What failed before the shells of a session began, which lets steps fail that rely on it. Throws what the session host throws. */
export async function setUpProblems(
  lab: Lab,
  session: string,
  host: Pick<SessionHost, "exec">,
): Promise<LabProblem[]> {
  if (!needsSetUp(lab)) return [];
  // Without `--norc` bash takes its socket for a log-in from afar, and the start-up file of the home shows what failed as well.
  const { stdout } = await host.exec(session, { argv: ["bash", "--norc", "-c", READ_FAILURES] });
  const [failures = "", log = ""] = new TextDecoder().decode(stdout).split("\0");
  const lastLines = nonEmptyLines(log).slice(-LOG_LINES);
  return nonEmptyLines(failures).map((failure) => ({
    severity: "warning",
    rule: "set-up",
    file: programOf(lab, failure),
    line: 1,
    message: [failure.replace(/;[^;]*$/, ""), ...lastLines].join("\n  "),
    fix: "Correct it; what it makes is not in the home, and programs that it calls have to be where the shells run",
  }));
}

function nonEmptyLines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** The program that the failure names; the first where it was the time that ended them. */
function programOf({ shells }: Lab, failure: string): string {
  const programs = shells?.setUp ?? [];
  return programs.find((file) => failure.includes(` ${file.split("/").at(-1) ?? ""} `)) ?? programs[0] ?? "";
}
