import type { CapacityReport } from "../../workshop/common/capacity.js";
import type { RehearsalFinding } from "../../workshop/common/rehearsal.js";

/** What is to be said of the room for those who may still come: what ends first, and what the server itself allows. */
export function roomFindings(
  report: CapacityReport,
  { live, maxSessions }: { live: number; maxSessions: number },
): RehearsalFinding[] {
  const { sessions: seats, isEnough, isEnoughForAll, endsFirst, endsFirstForAll } = report;
  const free = Math.max(0, maxSessions - live);
  const asked = `${String(seats)} ${seats === 1 ? "seat is" : "seats are"} free`;
  const first = endsFirst && `, ${endsFirst.name} of the ${endsFirst.where} ends first`;
  const findings: RehearsalFinding[] = [
    {
      what: "capacity",
      where: "sessions at once",
      outcome: free >= seats ? "ok" : "failed",
      detail: `${asked}, and this server runs ${String(free)} more sessions at most (--max-sessions ${String(maxSessions)})`,
    },
    {
      what: "capacity",
      where: "resources",
      outcome: isEnough ? "ok" : "failed",
      detail: `${asked}, and there is room for ${countOf(report, endsFirst, "enoughFor")}${first ?? ""}`,
    },
  ];
  if (isEnough && !isEnoughForAll)
    findings.push({
      what: "capacity",
      where: "resources",
      outcome: "warning",
      detail: `where each takes all it may, ${endsFirstForAll?.name ?? "something"} is enough for ${countOf(report, endsFirstForAll, "enoughForAll")}`,
    });
  return findings;
}

function countOf(
  { rows }: CapacityReport,
  wanted: CapacityReport["endsFirst"],
  of: "enoughFor" | "enoughForAll",
): string {
  const row = rows.find(({ where, name }) => where === wanted?.where && name === wanted.name);
  return row?.[of] == null ? "all" : String(row[of]);
}
