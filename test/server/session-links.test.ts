import { statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let browser: BrowserSession;

beforeAll(async () => {
  lectern = await startLectern(data, ["--lab", writeLab(folder.path)]);
  browser = new BrowserSession(lectern.url);
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

describe("what instructors hand out", () => {
  it("prints and renews the instructor's token for whoever may read the data directory", async () => {
    const old = instructorToken(data);
    expect((await runCli(["instructor-token", "--data", data])).output.trim()).toBe(old);
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: old });
    const renewed = (await runCli(["instructor-token", "--data", data, "--renew"])).output.trim();
    expect([renewed, statSync(join(data, "instructor-token")).mode & 0o777]).toEqual([
      instructorToken(data),
      0o600,
    ]);
    expect(renewed).not.toBe(old);
    expect((await instructor.call("GET", "api/instructor/sessions")).status).toBe(401);
    expect((await instructor.call("POST", "api/instructor/login", { token: old })).status).toBe(401);
    expect((await instructor.call("POST", "api/instructor/login", { token: renewed })).status).toBe(204);
    const missing = await runCli(["instructor-token", "--data", join(folder.path, "nothing-there")]);
    expect([missing.status, missing.output]).toEqual([1, expect.stringContaining("lectern serve")]);
  });

  it("replaces a session's link from the command line, and refuses the old one in words", async () => {
    const created = await runCli(["session", "create", "--data", data, "--lab", "slow-steps"]);
    const [, id = "", link = ""] = /(slow-steps-\w+)\s+(http\S+)/.exec(created.output) ?? [];
    const learner = new BrowserSession(lectern.url);
    expect((await learner.open(link)).status).toBe(204);
    const renewed = (await runCli(["session", "revoke-link", id, "--data", data])).output.trim();
    const refused = await learner.call("GET", `api/sessions/${id}`);
    expect([refused.status, refused.text]).toEqual([
      401,
      expect.stringContaining("link to this session was revoked"),
    ]);
    expect((await new BrowserSession(lectern.url).open(link)).text).toContain("SERVER_LINK_REVOKED");
    expect((await learner.open(renewed)).status).toBe(204);
    expect((await learner.call("GET", `api/sessions/${id}`)).status).toBe(200);
  });

  it("lets a session's time begin when its link is opened, and not before", async () => {
    const create = ["session", "create", "--data", data, "--lab", "slow-steps", "--minutes", "20"];
    const [, id = "", link = ""] = /(slow-steps-\w+)\s+(http\S+)/.exec((await runCli(create)).output) ?? [];
    const unopened = await rowOf(id);
    expect(unopened.openedAt).toBeUndefined();
    expect(minutesLeft(unopened)).toBeGreaterThan(24 * 60);
    expect((await runCli(["session", "list", "--data", data])).output).toMatch(
      new RegExp(`${id}.*not opened yet; its link is good until`),
    );
    await runCli(["session", "extend", id, "--minutes", "10", "--data", data]);
    expect((await rowOf(id)).openedAt).toBeUndefined();
    const learner = new BrowserSession(lectern.url);
    expect((await learner.open(link)).status).toBe(204);
    const opened = await rowOf(id);
    expect(Math.abs(Date.parse(opened.openedAt ?? "") - Date.now())).toBeLessThan(20_000);
    expect(minutesLeft(opened)).toBeGreaterThan(29);
    expect(minutesLeft(opened)).toBeLessThanOrEqual(30);
    expect((await new BrowserSession(lectern.url).open(link)).status).toBe(204);
    expect((await rowOf(id)).expiresAt).toBe(opened.expiresAt);
    const view = await until("the session is active", 60_000, async () => {
      const now = await learner.json<SessionView>("GET", `api/sessions/${id}`);
      return now.phase === "Active" ? now : undefined;
    });
    expect([view.openedAt, view.expiresAt]).toEqual([opened.openedAt, opened.expiresAt]);
  });
});

/** The session as instructors see it. */
async function rowOf(id: string): Promise<InstructorRow> {
  const headers = { authorization: `Bearer ${instructorToken(data)}`, cookie: "" };
  const rows = JSON.parse(
    (await browser.call("GET", "api/instructor/sessions", undefined, headers)).text,
  ) as InstructorRow[];
  const row = rows.find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`no session ${id} is listed`);
  return row;
}

function minutesLeft({ expiresAt }: InstructorRow): number {
  return (Date.parse(expiresAt) - Date.now()) / 60_000;
}
