import { setTimeout as delay } from "node:timers/promises";
import { runCli, until } from "../../test/server/lectern-process.js";
import type { CapacityReport } from "../../workshop/common/capacity.js";
import type { InstructorRow, SessionLink } from "../../workshop/common/instructor-api.js";
import type { RealNode } from "./real-node.js";
import { type PodServer, serveInPods } from "./serve-in-pods.js";

const ASKED = 300;
const SETTLED_MS = 20 * 60_000;
/** Looking is work of the measured server, too. */
const LOOK_MS = 1_000;

/** What became of a class that the node has no room for. */
export interface FullNode {
  /** Until each was ready or had said why not. */
  seconds: number;
  ready: number;
  /** The resources that the scheduler had not enough of. */
  ended: string[];
  /** What `lectern capacity` had said before. */
  predicted: { ready: number; ended: string };
}

/** Asks for 300 sessions at once. Throws where one is neither ready nor has said why, and where the wrong resource was predicted. */
export function fillNode(real: RealNode): Promise<FullNode> {
  return serveInPods(real, { ready: 0, sessions: ASKED }, async (server) => {
    await isEmpty(real);
    const predicted = await capacityOf(server, real);
    const began = performance.now();
    await server.instructor.json<SessionLink[]>("POST", "api/instructor/sessions", {
      lab: "plain",
      count: ASKED,
    });
    const rows = await settled(server, began + SETTLED_MS);
    const seconds = (performance.now() - began) / 1_000;
    const failed = rows.filter(({ phase }) => phase === "Failed");
    const unsaid = failed.find(({ reason = "" }) => !reason.includes("no node has room for it"));
    if (unsaid) throw new Error(`session ${unsaid.id} says ${unsaid.reason ?? "nothing"}`);
    const ended = [...new Set(failed.flatMap(({ reason = "" }) => resourcesIn(reason)))];
    if (!ended.includes(predicted.ended))
      throw new Error(`${predicted.ended} was to end first, and ${ended.join(", ")} did`);
    return { seconds, ready: rows.length - failed.length, ended, predicted };
  });
}

/** The pods of sessions that were ended before take a while to go. */
function isEmpty({ kubectl }: RealNode): Promise<true> {
  const pods = ["get", "pods", "--namespace=lectern-shells", "--output=name"];
  return until("no session has a pod", SETTLED_MS, () => (kubectl(...pods) === "" ? true : undefined));
}

async function capacityOf({ lab }: PodServer, { kubeconfig }: RealNode): Promise<FullNode["predicted"]> {
  const asked = ["--sessions", String(ASKED), "--lab", lab, "--kubeconfig", kubeconfig];
  const { output } = await runCli(["capacity", ...asked, "--shells", "pods", "--json"]);
  const { rows, endsFirst } = JSON.parse(output) as CapacityReport;
  const first = rows.find(({ where, name }) => where === endsFirst?.where && name === endsFirst.name);
  return { ready: first?.enoughFor ?? Number.NaN, ended: first?.name ?? "" };
}

async function settled({ instructor }: PodServer, deadline: number): Promise<InstructorRow[]> {
  for (;;) {
    const rows = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
    const open = rows.filter(({ phase }) => phase !== "Active" && phase !== "Failed");
    if (rows.length === ASKED && open.length === 0) return rows;
    if (performance.now() > deadline)
      throw new Error(`${String(open.length)} of ${String(rows.length)} are neither ready nor have said why`);
    await delay(LOOK_MS);
  }
}

/** Of the scheduler's sentence, `1 Insufficient cpu`. */
function resourcesIn(reason: string): string[] {
  const said = [...reason.matchAll(/Insufficient ([\w-]+)/g)].map(([, name = ""]) => name);
  const named = said.map((name) => (name === "ephemeral-storage" ? "disk" : name));
  return reason.includes("Too many pods") ? [...named, "pods"] : named;
}
