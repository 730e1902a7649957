import { setTimeout as wait } from "node:timers/promises";
import type { BrowserSession } from "../../test/server/browser-session.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";

/** Looking is work of the measured server, too. */
const LOOK_MS = 100;

/** Resolves when so many sessions are active; throws when one failed, and at the deadline, by `performance.now()`. */
export async function allActive(instructor: BrowserSession, count: number, deadline: number): Promise<void> {
  for (;;) {
    const rows = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
    const failed = rows.find(({ phase }) => phase === "Failed");
    if (failed) throw new Error(`session ${failed.id} failed: ${failed.reason ?? ""}`);
    const active = rows.filter(({ phase }) => phase === "Active").length;
    if (active === count) return;
    if (performance.now() > deadline) throw new Error(`${active} sessions were ready in time`);
    await wait(LOOK_MS);
  }
}
