import { join } from "node:path";
import { BrowserSession, instructorToken } from "../../test/server/browser-session.js";
import { startLectern, temporaryFolder } from "../../test/server/lectern-process.js";
import type { SessionLink } from "../../workshop/common/instructor-api.js";
import type { Figure } from "../figure.js";
import { allActive } from "./all-active.js";
import { processorSeconds, shellsByHand, takenBetween } from "./process-times.js";

const DEADLINE_MS = 180_000;

/** A class that an instructor asks for before it comes, on the embedded cluster. */
export function sessionsAtOnce(count: number, bound: number): Figure {
  let limits = "";
  return {
    name: `${count} sessions asked for at once, all ready`,
    unit: "s",
    bound,
    method: "from the instructor's request to the last phase Active, embedded cluster",
    detail: () => limits,
    async measure() {
      const folder = temporaryFolder();
      const data = join(folder.path, "data");
      const lectern = await startLectern(data, ["--max-sessions", String(count)]);
      try {
        const instructor = new BrowserSession(lectern.url);
        await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
        const before = processorSeconds(lectern.pid);
        const began = performance.now();
        await instructor.json<SessionLink[]>("POST", "api/instructor/sessions", {
          lab: "image-registry-policies",
          count,
        });
        await allActive(instructor, count, began + DEADLINE_MS);
        const seconds = (performance.now() - began) / 1_000;
        const taken = takenBetween(before, processorSeconds(lectern.pid));
        const byHand = await shellsByHand(count).catch(() => Number.NaN);
        limits = `${taken}; ${count} shells in bubblewrap by hand ${byHand.toFixed(1)} s`;
        return seconds;
      } finally {
        await lectern.stop();
        folder.remove();
      }
    },
  };
}
