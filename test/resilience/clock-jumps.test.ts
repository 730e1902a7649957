import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { EventRow, EventView } from "../../workshop/common/event-api.js";
import { BrowserSession } from "../server/browser-session.js";
import { startInstructed } from "../server/instructed-server.js";
import { jumpingClock } from "../server/jumping-clock.js";
import { homeOf, temporaryFolder, writeLab } from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";

const HOUR_MS = 3_600_000;
const DEADLINE = { timeout: 60_000 };
const folder = temporaryFolder();
const data = join(folder.path, "data");
let clock: ReturnType<typeof jumpingClock>;
let lectern: LecternProcess;
let instructor: BrowserSession;

beforeAll(async () => {
  clock = jumpingClock(folder.path);
  const lab = writeLab(folder.path);
  ({ lectern, instructor } = await startInstructed(data, ["--lab", lab, "--start", "instructor"], {
    env: clock.env,
  }));
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

describe("a machine's clock that jumps while people work", () => {
  it("ends no session and takes no kept seat, forward or back, and leaves each the time it had", async () => {
    const [from, until] = [-1, 24].map((hours) => new Date(Date.now() + hours * HOUR_MS).toISOString());
    const event = await instructor.json<EventRow>("POST", "api/instructor/workshop-events", {
      lab: "slow-steps",
      seats: 1,
      minutes: 60,
      from,
      until,
    });
    const [ada, grace] = [await opened(event.link), await opened(event.link)];
    const joined = await ada.browser.json<SessionView>("POST", `${ada.path}/join`, { name: "Ada" });
    const session = await ada.browser.whenActive(joined.id);
    await grace.browser.json<EventView>("POST", `${grace.path}/join`, { name: "Grace" });
    await instructor.json("PUT", `api/instructor/workshop-events/${event.name}/seats`, { seats: 2 });
    const keptUntil = async () =>
      Date.parse((await grace.browser.json<EventView>("GET", grace.path)).you?.keptUntil ?? "");
    const kept = await keptUntil();
    const token = () => readFileSync(join(homeOf(data, session.id), ".kube/config"), "utf8");
    let ends = Date.parse((await view(ada.browser, session)).expiresAt);
    let [jumped, before] = [0, token()];
    for (const hours of [3, -2, 1]) {
      jumped += hours * HOUR_MS;
      ends += hours * HOUR_MS;
      clock.set(jumped);
      await expect
        .poll(async () => {
          // At no moment is it over for its learner.
          const { phase, expiresAt } = await view(ada.browser, session);
          return [phase, isNear(Date.parse(expiresAt), ends)];
        }, DEADLINE)
        .toEqual(["Active", true]);
      await expect.poll(async () => isNear(await keptUntil(), kept + jumped), DEADLINE).toBe(true);
      if (hours > 0) {
        // What it is let into the cluster by lasts as long as the session.
        const old = before;
        await expect.poll(token, DEADLINE).not.toBe(old);
        before = token();
      }
    }
    await ada.browser.run(session, 0);
    expect((await ada.browser.outcome(session, 0)).state).toBe("succeeded");
    expect(
      (await grace.browser.json<SessionView>("POST", `${grace.path}/join`, { name: "Grace" })).id,
    ).toMatch(/^slow-steps-/);
  });
});

/** To the second: the clocks of the test and of the server are not read in one moment. */
function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) < 1_000;
}

async function view(browser: BrowserSession, { id }: SessionView): Promise<SessionView> {
  const seen = await browser.json<SessionView>("GET", `api/sessions/${id}`);
  if (seen.phase !== "Active") throw new Error(`the session is ${seen.phase}`);
  return seen;
}

async function opened(link: string) {
  const browser = new BrowserSession(lectern.url);
  const { hash, pathname } = new URL(link);
  const path = `api/events/${pathname.split("/").at(-1) ?? ""}`;
  await browser.json<EventView>("POST", `${path}/admission`, { token: hash.replace("#join=", "") });
  return { browser, path };
}
