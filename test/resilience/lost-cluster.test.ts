import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import type { HealthProblem, InstructorEvent } from "../../workshop/common/instructor-api.js";
import { startAlone } from "../replicas/start-alone.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession, instructorToken } from "../server/browser-session.js";
import { startClusterGate } from "./cluster-gate.js";
import type { ClusterGate } from "./cluster-gate.js";
import { homeOf, startLectern, temporaryFolder, until, writeLab } from "../server/lectern-process.js";

/** How long the API server is gone. */
const AWAY_MS = 60_000;
const LATER = 60_000;
const folder = temporaryFolder();
const data = join(folder.path, "data");
const ends: (() => Promise<unknown>)[] = [async () => folder.remove()];
let gate: ClusterGate;
let learner: BrowserSession;
let session: SessionView;
let told: HealthProblem[][];

describe.skipIf(isWithout("kubectl"))("a server whose API server is gone for a minute", () => {
  beforeAll(async () => {
    const cluster = ["cluster", "start", "--data", join(folder.path, "cluster")];
    const kubeconfig = await startAlone(cluster, /export KUBECONFIG=(\S+)/, ends);
    gate = await startClusterGate(kubeconfig, join(folder.path, "kubeconfig"));
    ends.push(() => gate.close());
    const words = ["--lab", writeLab(folder.path), "--kubeconfig", gate.kubeconfig, "--start", "open"];
    const lectern = await startLectern(data, words);
    ends.push(() => lectern.stop());
    learner = new BrowserSession(lectern.url);
    session = await learner.startLab("slow-steps");
    await learner.run(session, 0);
    await learner.outcome(session, 0);
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
    told = [];
    await instructor.events("api/instructor/events", (event) => {
      if ((event as InstructorEvent).type === "health")
        told.push((event as Extract<InstructorEvent, { type: "health" }>).problems);
    });
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  it(
    "goes on with pages and shells, says to probes, instructors and who starts a lab what is the matter, and loses nothing",
    { timeout: AWAY_MS + 4 * LATER },
    async () => {
      const shell = shellSince();
      const back = delay(AWAY_MS);
      gate.shut();
      await until("probes are told", LATER, async () => {
        const { status, text } = await learner.call("GET", "readyz");
        return status === 503 && /"name":"cluster","problem":"The API server at /.test(text)
          ? true
          : undefined;
      });
      await expect
        .poll(async () => (await learner.call("GET", "readyz?exclude=cluster")).status, { timeout: LATER })
        .toBe(200);
      await expect
        .poll(() => told.at(-1), { timeout: LATER })
        .toEqual([{ name: "cluster", problem: expect.stringContaining("does not answer") as string }]);
      const refused = await learner.call("POST", "api/sessions", { lab: "slow-steps" });
      expect([refused.status, refused.text]).toEqual([503, expect.stringContaining("does not answer")]);
      await runOne(2);
      await back;
      // What has gone on for a minute goes on.
      await runOne(0);
      expect(shellSince()).toBe(shell);

      gate.open();
      await until("it is ready", LATER, async () =>
        (await learner.call("GET", "readyz")).status === 200 ? true : undefined,
      );
      await expect.poll(() => told.at(-1), { timeout: LATER }).toEqual([]);
      const view = await learner.json<SessionView>("GET", `api/sessions/${session.id}`);
      expect(view.phase).toBe("Active");
      expect(view.results.map(({ number, state }) => [number, state])).toEqual([
        [0, "succeeded"],
        [2, "succeeded"],
      ]);
      const another = await learner.startLab("slow-steps");
      await learner.json("DELETE", `api/sessions/${another.id}`);
      await until("it is gone", LATER, async () =>
        (await learner.call("GET", `api/sessions/${another.id}`)).status === 404 ? true : undefined,
      );
    },
  );
});

async function runOne(number: number): Promise<void> {
  const page = `api/sessions/${session.id}/pages/${session.currentPage}`;
  const { actions } = await learner.json<PageView>("GET", page);
  const { status, text } = await learner.call("POST", `${page}/steps/${actions[number]?.step ?? ""}/run`);
  expect([status, text]).toEqual([202, expect.any(String)]);
  expect((await learner.outcome(session, number)).state).toBe("succeeded");
}

function shellSince(): string {
  return readFileSync(join(homeOf(data, session.id), "shell.since"), "utf8");
}
