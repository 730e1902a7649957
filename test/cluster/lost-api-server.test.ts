import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView, StepResult } from "../../workshop/common/api.js";
import { type ClusterGate, startClusterGate } from "../resilience/cluster-gate.js";
import { BrowserSession, typeAndSee } from "../server/browser-session.js";
import { type LecternProcess, startLectern, temporaryFolder, until } from "../server/lectern-process.js";
import { productImages } from "./product-images.js";
import { hasRealCluster, realCluster } from "./real-cluster.js";

/** How long the API server is gone. */
const AWAY_MS = 60_000;
const LATER = 120_000;
/** What a browser is told of a connection that broke. */
const BROKEN = 1006;
/** Of a page; the first tells one shell from the next, the second ends while the API server is gone, the third after it is back. */
const STEPS = ["echo $$ >shell; echo began", "sleep 30; cat shell; echo $$", "echo $$"];

describe.skipIf(!hasRealCluster())("an API server that is gone for a minute, with shells in pods", () => {
  const folder = temporaryFolder();
  let gate: ClusterGate;
  let lectern: LecternProcess;
  let learner: BrowserSession;
  let session: SessionView;

  beforeAll(async () => {
    const { kubeconfig, node } = realCluster();
    const { server, toolbox } = await productImages(node);
    gate = await startClusterGate(kubeconfig, join(folder.path, "kubeconfig"));
    const images = ["--shell-image", toolbox.name, "--host-image", server.name];
    const lab = join(folder.path, "in-pods.md");
    const steps = STEPS.map((step) => `\`\`\`execute-1\n${step}\n\`\`\``);
    writeFileSync(lab, ["# In pods", ...steps].join("\n\n"));
    const flags = ["--kubeconfig", gate.kubeconfig, "--shells", "pods", ...images, "--lab", lab];
    lectern = await startLectern(join(folder.path, "data"), [...flags, "--start", "open"]);
    learner = new BrowserSession(lectern.url);
    session = await learner.startLab("in-pods");
    await learner.run(session, 0);
    expect((await learner.outcome(session, 0)).state).toBe("succeeded");
  });
  afterAll(async () => {
    gate?.open();
    if (session) await learner.call("DELETE", `api/sessions/${session.id}`);
    await lectern?.stop();
    await gate?.close();
    folder.remove();
  });

  it(
    "says so to who can act, and loses neither a shell nor what it shows nor a verdict",
    { timeout: AWAY_MS + 3 * LATER },
    async () => {
      const shown = await terminal();
      await typeAndSee(shown, "echo to be''fore\r", /to before/);
      const closed = new Promise<number>((resolve) => shown.once("close", resolve));
      await learner.run(session, 1);
      await until("it runs", LATER, async () =>
        (await resultOf(1))?.state === "running" ? true : undefined,
      );
      const back = delay(AWAY_MS);
      gate.shut();
      // The page asks for its terminal again, and is told until it has it.
      expect(await closed).toBe(BROKEN);
      const refused = await learner.call("POST", `api/sessions/${session.id}/terminals/1/ticket`);
      expect([refused.status, refused.text]).toEqual([503, expect.stringContaining("cannot be reached")]);
      const another = await learner.call("POST", "api/sessions", { lab: "in-pods" });
      expect([another.status, another.text]).toEqual([503, expect.stringContaining("nothing was lost")]);
      const ready = await learner.call("GET", "readyz");
      expect([ready.status, ready.text]).toEqual([503, expect.stringContaining("The API server at")]);
      await learner.run(session, 2);
      const notBegun = await learner.outcome(session, 2, LATER);
      expect([notBegun.state, notBegun.message]).toEqual([
        "unknown",
        expect.stringMatching(/^Nothing was run: .* Run it again when the terminal is back\.$/),
      ]);
      await back;
      expect((await resultOf(1))?.state).toBe("running");

      gate.open();
      const { state, output } = await learner.outcome(session, 1, LATER);
      const [first, now] = (output ?? "").trim().split("\n");
      expect([state, now]).toEqual(["succeeded", first]);
      await typeAndSee(await terminal(), "echo to af''ter\r", /to before[^]*to after/);
      await learner.run(session, 2);
      const again = await learner.outcome(session, 2, LATER);
      expect([again.state, again.output?.trim()]).toEqual(["succeeded", first]);
      await until("it is ready", LATER, async () =>
        (await learner.call("GET", "readyz")).status === 200 ? true : undefined,
      );
    },
  );

  async function terminal() {
    const socket = await learner.socket(session.id, await learner.ticket(session.id));
    if (typeof socket === "number") throw new Error(`refused with ${String(socket)}`);
    return socket;
  }

  async function resultOf(number: number): Promise<StepResult | undefined> {
    const view = await learner.json<SessionView>("GET", `api/sessions/${session.id}`);
    return view.results.find((result) => result.number === number);
  }
});
