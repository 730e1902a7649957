import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { EventDetail, EventRow, EventView } from "../../workshop/common/event-api.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";
import { dataPaths } from "../../server/config.js";
import { BrowserSession } from "./browser-session.js";
import { startInstructed } from "./instructed-server.js";
import { runCli, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const HOUR_MS = 3_600_000;
const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let instructor: BrowserSession;

beforeAll(async () => {
  ({ lectern, instructor } = await startInstructed(data, [
    "--lab",
    writeLab(folder.path),
    "--start",
    "instructor",
  ]));
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

describe("an event", () => {
  it("is made on the command line with a list of names, and gives each of them one session", async () => {
    const names = join(folder.path, "names.csv");
    writeFileSync(names, Buffer.from("Name;Ort\r\nJürgen Größe;Köln\r\nAda <b>L.</b>;London\r\n", "latin1"));
    const qr = join(folder.path, "link.svg");
    const told = await cli(
      "create",
      "--lab",
      "slow-steps",
      "--until",
      inHours(2),
      "--names",
      names,
      "--qr",
      qr,
    );
    const [, link = ""] = /(http\S+#join=\S+)/.exec(told) ?? [];
    expect(readFileSync(qr, "utf8")).toMatch(/^<svg /);
    const one = await opened(link);
    const { people = [] } = one.view;
    expect(people.map(({ name }) => name)).toEqual(["Ada <b>L.</b>", "Jürgen Größe"]);
    const [ada, juergen] = people.map(({ id }) => id);
    const session = await one.join({ person: ada });
    expect((await one.browser.call("GET", `api/sessions/${session.id}`)).status).toBe(200);
    expect((await one.join({ person: ada })).id).toBe(session.id);
    const device = await opened(link);
    expect(device.view.people?.map(({ isHere }) => isHere)).toEqual([true, false]);
    expect((await device.join({ person: ada })).id).toBe(session.id);
    expect((await device.join({ person: juergen })).id).not.toBe(session.id);
    expect((await (await opened(link)).refusal({ name: "Mallory" })).text).toContain("has a list of names");
    const rows = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
    expect(rows.map(({ person, event }) => [person, event])).toEqual(
      expect.arrayContaining([
        ["Ada <b>L.</b>", one.name],
        ["Jürgen Größe", one.name],
      ]),
    );
    expect(await cli("get", one.name)).toMatch(/Ada <b>L\.<\/b> +\d{4}-.*slow-steps-/);
    expect(await cli("delete", one.name)).toContain("is deleted");
    expect((await one.browser.call("GET", `api/events/${one.name}`)).text).toContain(
      "SERVER_EVENT_NOT_FOUND",
    );
    await until("its sessions are gone", 60_000, async () => {
      const left = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
      return left.every(({ event }) => event !== one.name) || undefined;
    });
  });

  it("gives a session that lasts until it is over, or its own minutes, from the moment somebody comes", async () => {
    const end = inHours(1);
    const whole = await (await opened((await created({ until: end })).link)).join({ name: "Ada" });
    expect(Math.abs(Date.parse(whole.expiresAt) - Date.parse(end))).toBeLessThan(61_000);
    const short = await (
      await opened((await created({ until: end, minutes: 20 })).link)
    ).join({
      name: "Ada",
    });
    expect(Date.parse(short.expiresAt)).toBeLessThan(Date.now() + 20 * 60_000 + 1);
    expect([whole.minutes, short.minutes]).toEqual([60, 20]);
  });

  it("lets nobody in before it begins", async () => {
    const early = await created({ from: new Date(Date.now() + HOUR_MS).toISOString() });
    const visitor = await opened(early.link);
    expect(visitor.view.phase).toBe("early");
    expect((await visitor.refusal({ name: "Ada" })).text).toContain("has not begun yet");
  });

  it("asks for its code, and refuses guesses without shutting out who comes with the code from elsewhere", async () => {
    const { link, name } = await created({ code: "heron" });
    const browser = new BrowserSession(lectern.url);
    const admission = `api/events/${name}/admission`;
    const token = new URL(link).hash.replace("#join=", "");
    const outside = await browser.json<EventView>("POST", admission, { token });
    expect([outside.needsCode, outside.people, browser.cookies.size]).toEqual([true, undefined, 0]);
    const wrong = await browser.call("POST", admission, { token, code: "egret" });
    expect([wrong.status, wrong.text]).toEqual([403, expect.stringContaining("SERVER_EVENT_CODE_WRONG")]);
    // It is told aloud, and telephones write a capital first.
    for (const code of ["heron", "Heron", " HERON "]) {
      const right = await browser.json<EventView>("POST", admission, { token, code });
      expect([code, right.needsCode]).toEqual([code, false]);
    }
    const guesses = await Promise.all(
      Array.from({ length: 100 }, () => browser.call("POST", admission, { token, code: "stork" })),
    );
    expect(guesses.map(({ status }) => status)).toContain(429);
    expect((await browser.call("POST", admission, { token, code: "heron" })).status).toBe(429);
    expect((await browser.call("POST", `api/events/${name}/join`, { name: "Ada" })).status).toBe(202);
  });

  it("refuses names that are none, by what is wrong with them, and a browser without cookies before it takes a seat", async () => {
    const { link, name } = await created({});
    const visitor = await opened(link);
    for (const [typed, why] of [
      ["x".repeat(4_000), "4000 characters"],
      ["\u202E \u0000", "at least one letter"],
    ] as const)
      expect((await visitor.refusal({ name: typed })).text).toContain(why);
    const forgetful = new BrowserSession(lectern.url);
    expect((await forgetful.call("POST", `api/events/${name}/join`, { name: "Ada" })).text).toContain(
      "cookies",
    );
    const stranger = await forgetful.call("POST", `api/events/${name}/admission`, { token: "x".repeat(22) });
    expect(stranger.status).toBe(401);
    expect((await forgetful.call("GET", "api/instructor/workshop-events")).status).toBe(401);
    const { people } = await instructor.json<EventDetail>("GET", `api/instructor/workshop-events/${name}`);
    expect(people).toEqual([]);
  });

  it("leaves no session behind of somebody whom it cannot be noted for", async () => {
    const { link, name } = await created({ seats: 1 });
    const ada = await opened(link);
    const people = new Database(dataPaths(data).people, { timeout: 10_000 });
    people.exec(
      `CREATE TRIGGER broken BEFORE UPDATE OF session ON people WHEN NEW.session IS NOT NULL
       BEGIN SELECT RAISE(ABORT, 'the disk has gone'); END`,
    );
    expect((await ada.refusal({ name: "Ada" })).status).toBe(500);
    people.exec("DROP TRIGGER broken");
    people.close();
    await until("its session is gone", 60_000, async () => {
      const left = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
      return left.every(({ event }) => event !== name) || undefined;
    });
    expect((await ada.join({ name: "Ada" })).id).toMatch(/^slow-steps-/);
  });

  it("keeps names in one place, and out of every log", async () => {
    const { link } = await created({});
    await (await opened(link)).join({ name: "Wilhelmine Unverwechselbar" });
    const texts = [...filesIn(data), ...filesIn(join(data, "logs"))];
    expect(texts.length).toBeGreaterThan(5);
    const holding = texts.filter((file) => readFileSync(file).includes("Unverwechselbar"));
    expect(holding.filter((file) => !/\/people\.db(-wal)?$/.test(file))).toEqual([]);
    expect(holding).not.toEqual([]);
    expect(lectern.output()).not.toContain("Unverwechselbar");
  });
});

async function created(wanted: object): Promise<EventRow> {
  const usual = { lab: "slow-steps", seats: 5, from: inHours(0), until: inHours(2) };
  return instructor.json<EventRow>("POST", "api/instructor/workshop-events", { ...usual, ...wanted });
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * HOUR_MS).toISOString();
}

async function cli(verb: string, ...args: string[]): Promise<string> {
  const { status, output } = await runCli(["event", verb, ...args, "--data", data]);
  expect([status, output]).toEqual([0, output]);
  return output;
}

/** A browser that has opened the link of an event. */
async function opened(link: string) {
  const browser = new BrowserSession(lectern.url);
  const { hash, pathname } = new URL(link);
  const name = pathname.split("/").at(-1) ?? "";
  const token = hash.replace("#join=", "");
  const view = await browser.json<EventView>("POST", `api/events/${name}/admission`, { token });
  const path = `api/events/${name}/join`;
  return {
    browser,
    name,
    view,
    join: (arrival: object) => browser.json<SessionView>("POST", path, arrival),
    refusal: (arrival: object) => browser.call("POST", path, arrival),
  };
}

function filesIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(path, entry.name));
}
