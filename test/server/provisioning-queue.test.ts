import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionEvent, SessionView } from "../../workshop/common/api.js";
import type { InstructorRow, SessionLink } from "../../workshop/common/instructor-api.js";
import { sessionsAtOnce } from "../../workshop/node/session-queue.js";
import { type BrowserSession, serverPid } from "./browser-session.js";
import { startInstructed } from "./instructed-server.js";
import { temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

/** Enough that most wait, few enough for a small machine. */
const COUNT = sessionsAtOnce + 14;

const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let instructor: BrowserSession;

beforeAll(async () => {
  ({ lectern, instructor } = await startInstructed(data, ["--lab", writeLab(folder.path)]));
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

it("makes every session that is asked for, few at once, and tells those that wait their place", async () => {
  const links = await ask(COUNT);
  expect(links).toHaveLength(COUNT);
  const last = links.at(-1)?.id ?? "";
  const places: number[] = [];
  const stop = await instructor.events(`api/sessions/${last}/events`, (event) => {
    const { type, session } = event as SessionEvent & { session?: SessionView };
    if (type === "session" && session?.sessionsBefore !== undefined) places.push(session.sessionsBefore);
  });
  const look = (): Promise<SessionView[]> =>
    Promise.all(links.map(({ id }) => instructor.json<SessionView>("GET", `api/sessions/${id}`)));
  let seen = 0;
  let mostAtOnce = 0;
  await until("all sessions are active", 90_000, async () => {
    // The views are of different moments; what two rounds show was so in the moment between them.
    const before = new Set(inTheMaking(await look()));
    const views = await look();
    seen += before.size;
    mostAtOnce = Math.max(mostAtOnce, inTheMaking(views).filter((id) => before.has(id)).length);
    return views.every(({ phase }) => phase === "Active") || undefined;
  });
  stop();
  expect(seen).toBeGreaterThan(0);
  expect(mostAtOnce).toBeLessThanOrEqual(sessionsAtOnce);
  expect(places.length).toBeGreaterThan(1);
  expect(places).toEqual(places.toSorted((left, right) => right - left));
});

it("goes on with those that waited when the server was killed meanwhile", async () => {
  const links = await ask(COUNT);
  const pid = serverPid(data);
  process.kill(pid, "SIGKILL");
  await until("another server answers", 60_000, () => (serverPid(data) === pid ? undefined : true));
  const rows = await until("all sessions are active", 90_000, async () => {
    const answer = await instructor.call("GET", "api/instructor/sessions").catch(() => undefined);
    if (answer?.status !== 200) return undefined;
    const all = JSON.parse(answer.text) as InstructorRow[];
    const asked = links.map(({ id }) => all.find((row) => row.id === id));
    return asked.every((row) => row?.phase === "Active" || row?.phase === "Failed") ? asked : undefined;
  });
  expect(rows.map((row) => [row?.phase, row?.reason])).toEqual(links.map(() => ["Active", undefined]));
});

function inTheMaking(views: readonly SessionView[]): string[] {
  return views
    .filter(({ provisioning }) => provisioning.some(({ state }) => state === "running"))
    .map(({ id }) => id);
}

function ask(count: number): Promise<SessionLink[]> {
  return instructor.json<SessionLink[]>("POST", "api/instructor/sessions", { lab: "slow-steps", count });
}
