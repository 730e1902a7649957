import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { SessionView } from "../../workshop/common/api.js";
import type { SessionLink } from "../../workshop/common/instructor-api.js";
import { readRunningServer } from "../../server/supervisor/running-server.js";
import { BrowserSession, instructorToken } from "../../test/server/browser-session.js";
import { startLectern, temporaryFolder } from "../../test/server/lectern-process.js";
import type { Figure } from "../figure.js";
import { allActive } from "./all-active.js";

const DEADLINE_MS = 180_000;
/** What a server has at hand for its first sessions is not theirs. */
const WARM_UP = 10;
const SESSIONS = 60;
/** After which what was only needed to make them is gone. */
const SETTLE_MS = 10_000;

/** What the server holds for a session whose page is open, with its events, its terminal and one command done. */
export const sessionMemory: Figure = {
  name: "memory of the server for a live session",
  unit: "MB",
  bound: 1.5,
  method: `resident bytes with ${WARM_UP + SESSIONS} sessions less those with ${WARM_UP}, for each; embedded cluster`,
  async measure() {
    const folder = temporaryFolder();
    const data = join(folder.path, "data");
    const lectern = await startLectern(data, ["--max-sessions", String(WARM_UP + SESSIONS)]);
    const leave: (() => void)[] = [];
    try {
      const instructor = new BrowserSession(lectern.url);
      await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
      const { pid } = readRunningServer(data);
      leave.push(...(await learn(instructor, WARM_UP, WARM_UP)));
      await wait(SETTLE_MS);
      const before = residentMegabytes(pid);
      leave.push(...(await learn(instructor, SESSIONS, WARM_UP + SESSIONS)));
      await wait(SETTLE_MS);
      return (residentMegabytes(pid) - before) / SESSIONS;
    } finally {
      for (const end of leave) end();
      await lectern.stop();
      folder.remove();
    }
  },
};

/** Makes `count` sessions more, `total` in all, and has a learner at each; resolves to how they leave. */
async function learn(instructor: BrowserSession, count: number, total: number): Promise<(() => void)[]> {
  const links = await instructor.json<SessionLink[]>("POST", "api/instructor/sessions", {
    lab: "first-steps",
    count,
  });
  await allActive(instructor, total, performance.now() + DEADLINE_MS);
  const leave: (() => void)[] = [];
  for (const { id, link } of links) {
    const browser = new BrowserSession(instructor.url);
    await browser.open(link);
    const session = await browser.json<SessionView>("GET", `api/sessions/${id}`);
    leave.push(await browser.events(`api/sessions/${id}/events`, () => undefined));
    const socket = await browser.socket(id, await browser.ticket(id));
    if (typeof socket === "number") throw new Error(`the terminal of ${id} was refused with ${socket}`);
    socket.send(JSON.stringify({ type: "hello", columns: 80, rows: 24 }));
    leave.push(() => socket.close());
    await browser.run(session, 0);
    await browser.outcome(session, 0);
  }
  return leave;
}

function residentMegabytes(pid: number): number {
  return (Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;
}
