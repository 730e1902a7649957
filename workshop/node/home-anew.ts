import type { ExecResult, SessionHost } from "../../terminal/common/session-host.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import { labFiles } from "./lab-files.js";

/** A home of some gigabytes in many small files; the disk of a busy machine takes its time. */
const EMPTYING_MS = 60_000;

/** As the learner, who may have taken the own rights away, of each folder before what is in it is looked at; a volume's own folder is nobody's. */
const EMPTY = `cd && [ "$PWD" != / ] || exit
find . -type d ! -perm -u=rwx -exec chmod u+rwx {} \\; 2>/dev/null
find . -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +`;

const LINK = `mkdir -p "$(dirname "$1")" && ln -sfn -- "$2" "$1"`;

/** Empties the home and lays the lab's files out anew, all as the learner. Throws SESSION_RESTORATION_FAILED, and what the host throws. */
export async function layOutAnew(
  host: Pick<SessionHost, "exec" | "write">,
  session: string,
  { lab, signal }: { lab: Lab; signal: AbortSignal },
): Promise<void> {
  const done = (program: readonly string[], what: string): Promise<void> =>
    ended(host.exec(session, { argv: ["/bin/sh", "-c", ...program], timeoutMs: EMPTYING_MS, signal }), what);
  await done([EMPTY], "The home could not be emptied");
  for await (const file of labFiles(lab)) {
    signal.throwIfAborted();
    if ("linkTo" in file)
      await done([LINK, "link", file.path, file.linkTo], `The link ~/${file.path} could not be made`);
    else await host.write(session, file);
  }
}

async function ended(running: Promise<ExecResult>, what: string): Promise<void> {
  const { exitStatus, stderr, killed } = await running;
  if (exitStatus === 0) return;
  const said = Buffer.from(stderr).toString("utf8").trim().split("\n").at(-1) ?? "";
  const why = killed === "timeout" ? `it takes longer than ${String(EMPTYING_MS / 1000)} s` : said;
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionRestorationFailed,
    `${what}: ${why || "the program that does it failed"}`,
  );
}
