import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SessionView } from "../../workshop/common/api.js";
import type { PoolView } from "../../workshop/common/instructor-api.js";
import { BrowserSession, instructorToken } from "../../test/server/browser-session.js";
import { startLectern, temporaryFolder, until } from "../../test/server/lectern-process.js";
import { median, type Figure } from "../figure.js";

const RUNS = 7;
const READY = 3;

/** From the click on Start to a session that was ready. */
export const poolClaim: Figure = {
  name: "session from the pool, embedded cluster",
  unit: "ms",
  bound: 150,
  method: `median of ${RUNS} sessions after one warm-up, from the request to the answer with phase Active`,
  async measure() {
    const folder = temporaryFolder();
    const lab = join(folder.path, "pooled");
    mkdirSync(join(lab, "pages"), { recursive: true });
    writeFileSync(join(lab, "workshop.yaml"), `title: Pooled\npool: {ready: ${READY}}\n`);
    writeFileSync(join(lab, "pages", "a.md"), "# Pooled\n");
    const data = join(folder.path, "data");
    const lectern = await startLectern(data, ["--lab", lab]);
    try {
      const instructor = new BrowserSession(lectern.url);
      await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
      const times: number[] = [];
      for (let run = 0; run <= RUNS; run++) {
        await until("the pool is full", 30_000, async () => {
          const [pool] = await instructor.json<PoolView[]>("GET", "api/instructor/pools");
          return pool?.ready === READY ? true : undefined;
        });
        const browser = new BrowserSession(lectern.url);
        const start = performance.now();
        const session = await browser.json<SessionView>("POST", "api/sessions", { lab: "pooled" });
        times.push(performance.now() - start);
        if (session.phase !== "Active")
          throw new Error(`the session is ${session.phase}, and was to be Active`);
        await browser.call("DELETE", `api/sessions/${session.id}`);
      }
      return median(times.slice(1));
    } finally {
      await lectern.stop();
      folder.remove();
    }
  },
};
