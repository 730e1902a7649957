import { join } from "node:path";
import type { InstructorRow, SessionLink } from "../../workshop/common/api.js";
import { BrowserSession, instructorToken } from "../../test/server/browser-session.js";
import { startLectern, temporaryFolder, until, writeLab } from "../../test/server/lectern-process.js";
import type { Figure } from "../figure.js";

const COUNT = 300;
const LIMIT_MS = 240_000;
let outcome = "";

/** A course that is asked for at one moment; each of its sessions becomes active, or says why not. */
export const sessionBurst: Figure = {
  name: `${COUNT} sessions asked for at once`,
  unit: "s",
  bound: 120,
  method: "from the instructor's one request until each is Active or says why not, embedded cluster",
  detail: () => outcome,
  async measure() {
    const folder = temporaryFolder();
    const data = join(folder.path, "data");
    const lectern = await startLectern(data, [
      "--lab",
      writeLab(folder.path),
      "--max-sessions",
      String(COUNT),
    ]);
    try {
      const instructor = new BrowserSession(lectern.url);
      await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
      const start = performance.now();
      const links = await instructor.json<SessionLink[]>("POST", "api/instructor/sessions", {
        lab: "slow-steps",
        count: COUNT,
      });
      const rows = await until("every session is settled", LIMIT_MS, async () => {
        const all = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
        const settled = all.filter(({ phase }) => phase === "Active" || phase === "Failed");
        return settled.length === links.length ? settled : undefined;
      });
      const seconds = (performance.now() - start) / 1000;
      const failed = rows.filter(({ phase }) => phase === "Failed");
      if (failed.some(({ reason }) => !reason)) throw new Error("a session failed and says no reason");
      outcome = `${rows.length - failed.length} active, ${failed.length} said why not`;
      return seconds;
    } finally {
      await lectern.stop();
      folder.remove();
    }
  },
};
