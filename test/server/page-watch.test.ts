import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionEvent } from "../../workshop/common/api.js";
import { BrowserSession } from "./browser-session.js";
import { startLectern, temporaryFolder, until } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const PAGE = [
  "# By hand",
  '```manual until="configmap/made"\nMake it.\n```',
  "```execute-1\nkubectl create configmap made\n```",
  '```execute-1 until="configmap/made absent"\nkubectl delete configmap made\n```',
];

const folder = temporaryFolder();
let lectern: LecternProcess;
let browser: BrowserSession;

beforeAll(async () => {
  const lab = join(folder.path, "by-hand.md");
  writeFileSync(lab, PAGE.join("\n\n"));
  lectern = await startLectern(join(folder.path, "data"), ["--lab", lab]);
  browser = new BrowserSession(lectern.url);
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

describe("work done by hand", () => {
  it("is seen on the page that is open, without a click, and stays done when it is undone", async () => {
    const session = await browser.startLab("by-hand");
    await browser.json("POST", `api/sessions/${session.id}/pages/${session.currentPage}/visit`);
    const told: SessionEvent[] = [];
    const stop = await browser.events(`api/sessions/${session.id}/events`, (event) =>
      told.push(event as SessionEvent),
    );
    await browser.run(session, 1);
    expect(await browser.outcome(session, 0)).toMatchObject({ state: "succeeded" });
    await until("the page is told", 60_000, () =>
      told.some((event) => event.type === "step" && event.result.number === 0) ? true : undefined,
    );
    await browser.run(session, 2);
    expect(await browser.outcome(session, 2)).toMatchObject({ state: "succeeded" });
    await browser.run(session, 0);
    expect(await browser.outcome(session, 0)).toMatchObject({ state: "succeeded" });
    stop();
  });
});
