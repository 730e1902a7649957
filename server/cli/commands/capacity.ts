import { Command } from "commander";
import type { SessionLimits } from "../../../terminal/common/session-limits.js";
import type { CapacityReport, CapacityRow } from "../../../workshop/common/capacity.js";
import { readEnvironment } from "../../config.js";
import { path, wholeNumber } from "../options.js";
import { ExitWith, examplesText, exitStatus } from "../program.js";
import { sessionLimits } from "../session-limits.js";
import { type ShellFlags, isInPods, shellsOption } from "../shell-flags.js";
import { formatTable } from "../table.js";

/** More than any cluster has been asked for at once. */
const MAX_SESSIONS = 100_000;

interface CapacityFlags {
  sessions: number;
  lab: string;
  data: string;
  kubeconfig?: string;
  shells: ShellFlags["shells"];
  sessionLimits?: Partial<SessionLimits>;
  json: boolean;
}

/** `lectern capacity`: whether there is room for a class, and what ends first. */
export function capacityCommand(): Command {
  return new Command("capacity")
    .description("Say for how many sessions of a lab there is room, and which resource ends first.")
    .requiredOption("--lab <dir>", "the lab: its folder, or its one page", path)
    .option("--sessions <number>", "how many are wanted", wholeNumber(1, MAX_SESSIONS), 30)
    .option("--kubeconfig <file>", "the cluster their pods will run in (default: the embedded one)", path)
    .addOption(shellsOption())
    .option("--data <dir>", "data directory of the server", path, readEnvironment().data)
    .option("--session-limits <list>", "what each session may use, as for lectern serve", sessionLimits)
    .option("--json", "print the figures as JSON", false)
    .addHelpText(
      "after",
      examplesText([
        "lectern capacity --sessions 30 --lab content/image-registry-policies",
        "lectern capacity --sessions 30 --lab ~/labs/shop --kubeconfig ~/.kube/config --json",
        "lectern capacity --sessions 30 --lab ~/labs/shop --kubeconfig ~/.kube/config --shells pods",
      ]),
    )
    .action(async (flags: CapacityFlags) => {
      const report = await measure(flags);
      process.stdout.write(`${flags.json ? JSON.stringify(report, null, 2) : tableOf(report)}\n`);
      if (!report.isEnough) throw new ExitWith(exitStatus.failed);
    });
}

async function measure(flags: CapacityFlags): Promise<CapacityReport> {
  const hasPods = isInPods(flags);
  // Loaded when needed: the other commands should not wait for it.
  const [{ loadLab }, { roomForSessions }] = await Promise.all([
    import("../../../workshop/node/load-lab.js"),
    import("../../room-for-sessions.js"),
  ]);
  const lab = await loadLab(flags.lab);
  const client = flags.kubeconfig === undefined ? undefined : await clientOf(flags.kubeconfig);
  try {
    const { data, sessionLimits: limits } = flags;
    return await roomForSessions(lab, flags.sessions, { data, limits, hasPods, client });
  } finally {
    client?.close();
  }
}

async function clientOf(kubeconfig: string) {
  const [{ KubernetesClient }, { checkVersion, readKubeconfig }] = await Promise.all([
    import("../../../kubernetes/node/kubernetes-client.js"),
    import("../../supervisor/preflight.js"),
  ]);
  const config = await readKubeconfig(kubeconfig);
  await checkVersion(config);
  return new KubernetesClient(config);
}

const HEAD = ["WHERE", "RESOURCE", "FREE", "A SESSION TAKES", "ENOUGH FOR", "AND MAY TAKE", "ENOUGH FOR"];

/** The report for people. */
export function tableOf(report: CapacityReport): string {
  const { rows } = report;
  const table = formatTable(
    HEAD,
    rows.map((row) => [
      row.where,
      row.name,
      amount(row, row.free),
      row.takes === 0 ? "-" : amount(row, row.takes),
      count(row.enoughFor),
      amount(row, row.mayTake),
      count(row.enoughForAll),
    ]),
  );
  return [table, "", ...verdict(report), ...report.notes].join("\n");
}

function verdict({ lab, sessions, rows, ...report }: CapacityReport): string[] {
  const find = (wanted: CapacityReport["endsFirst"]) =>
    rows.find(({ where, name }) => where === wanted?.where && name === wanted.name);
  const [first, full] = [find(report.endsFirst), find(report.endsFirstForAll)];
  const wanted = `${String(sessions)} sessions of ${lab}`;
  const some = `There is ${report.isEnough ? "" : "no "}room for ${wanted}`;
  const end = first ? `: ${wordsFor(first)} ends first, at ${count(first.enoughFor)}` : "";
  if (full === undefined) return [`${some}${end}.`];
  const all = report.isEnoughForAll ? "still room for all" : `room for ${count(full.enoughForAll)}`;
  const at = report.isEnoughForAll ? `, at ${count(full.enoughForAll)}` : "";
  return [
    `${some}${end}.`,
    `Where each takes all it may there is ${all}: ${wordsFor(full)} ends first${at}.`,
  ];
}

function wordsFor({ where, name }: Pick<CapacityRow, "where" | "name">): string {
  return `${name} of the ${where}`;
}

function count(sessions: number | null): string {
  return sessions === null ? "-" : String(sessions);
}

const STEPS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

function amount({ unit }: Pick<CapacityRow, "unit">, value: number): string {
  if (unit !== "bytes")
    return unit === "cores" ? value.toFixed(1).replace(/\.0$/, "") : String(Math.floor(value));
  const step = value < 1 ? 0 : Math.min(STEPS.length - 1, Math.floor(Math.log2(value) / 10));
  const shown = value / 2 ** (10 * step);
  return `${shown.toFixed(shown < 10 && step > 0 ? 1 : 0).replace(/\.0$/, "")} ${STEPS[step] ?? ""}`;
}
