import {
  type Rehearsal,
  type RehearsalEvent,
  type RehearsalFinding,
  concluded,
} from "../../workshop/common/rehearsal.js";
import { formatDuration } from "../../workshop/common/durations.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { followInstructorApi } from "./instructor-client.js";
import { ExitWith, exitStatus } from "./program.js";
import { lookAtTabs } from "./tab-answers.js";
import { formatTable } from "./table.js";
import { terminalText } from "./terminal-text.js";

export interface RehearseFlags {
  learners: number;
  format: "table" | "json";
  data: string;
}

/**
 * Has the running server rehearse the event, looks from here at what its tabs show, and prints what would fail. Throws SERVER_REFUSED,
 * SERVER_NOT_RUNNING, the signal's reason, and ExitWith where something would fail.
 */
export async function rehearseEvent(
  event: string,
  { learners, format, data }: RehearseFlags,
  signal: AbortSignal,
): Promise<void> {
  const at = `workshop-events/${encodeURIComponent(event)}/rehearsal`;
  const { rehearsal, tabs, page } = await lastOf(
    followInstructorApi<RehearsalEvent>(data, { method: "POST", path: at, body: { learners }, signal }),
  );
  const result = concluded(rehearsal, await lookAtTabs(tabs, page, signal));
  const text = format === "json" ? JSON.stringify(result, null, 2) : tableOf(result);
  process.stdout.write(`${format === "json" ? text : terminalText(text)}\n`);
  if (result.outcome === "failed") throw new ExitWith(exitStatus.failed);
}

async function lastOf(
  told: AsyncIterable<RehearsalEvent>,
): Promise<Extract<RehearsalEvent, { type: "rehearsed" }>> {
  for await (const one of told) {
    if (one.type === "learner") tellProgress(one.finding);
    if (one.type === "rehearsed") return one;
    if (one.type === "refused")
      throw new ServerError(serverErrorCodes.refused, `${one.error.message} [${one.error.code}]`);
  }
  throw new ServerError(
    serverErrorCodes.notRunning,
    'The server went away in the middle of the rehearsal; its sessions end with it. Look at its log, and call "lectern rehearse" again.',
  );
}

function tellProgress({ where, outcome, detail }: RehearsalFinding): void {
  process.stderr.write(`${terminalText(`${where}: ${outcome}: ${detail}`)}\n`);
}

/** The rehearsal for people: every finding, and the sum. */
function tableOf({ title, learners, durationMs, findings }: Rehearsal): string {
  const rows = findings.map(({ what, where, outcome, detail }) => [
    what,
    where,
    outcome === "failed" ? "FAILED" : outcome,
    detail.replaceAll(/\s+/g, " "),
  ]);
  const failed = findings.filter(({ outcome }) => outcome === "failed").length;
  const who = learners === 1 ? "one learner" : `${String(learners)} learners`;
  const sum = failed === 0 ? "nothing would fail" : `${String(failed)} of ${String(rows.length)} would fail`;
  return [
    formatTable(["WHAT", "WHERE", "RESULT", "DETAIL"], rows),
    "",
    `${title}, rehearsed with ${who} in ${formatDuration(durationMs)}: ${sum}.`,
  ].join("\n");
}
