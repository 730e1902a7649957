import { join } from "node:path";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { EventDetail, EventRow, EventView } from "../../workshop/common/event-api.js";
import type { SessionLink } from "../../workshop/common/instructor-api.js";
import { MAX_WAITING } from "../../workshop/common/event.js";
import { dataPaths } from "../../server/config.js";
import { BrowserSession } from "./browser-session.js";
import { startInstructed } from "./instructed-server.js";
import { runCli, temporaryFolder, writeLab } from "./lectern-process.js";
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
  await lectern?.stop();
  folder.remove();
});

describe("the waiting list of an event", () => {
  it("moves who waits up into the seat of somebody removed, in the order of coming", async () => {
    const { link, name } = await created({ seats: 1 });
    const [ada, grace, joan] = [await opened(link), await opened(link), await opened(link)];
    await ada.join("Ada");
    expect((await grace.waits("Grace")).you).toEqual({ id: expect.any(String), name: "Grace", place: 1 });
    expect(await joan.waits("Joan")).toMatchObject({ waiting: 2, seatsTaken: 1, you: { place: 2 } });
    // Asking again changes nothing, and says no other name.
    expect((await grace.waits("Somebody")).you).toMatchObject({ name: "Grace", place: 1 });
    expect((await grace.browser.call("GET", `api/events/${name}/own-results`)).status).toBe(404);
    await removed(name, "Ada");
    const { you } = await grace.view();
    expect(you).toEqual({ id: expect.any(String), name: "Grace", keptUntil: expect.any(String) });
    expect(await cli("get", name)).toMatch(/Grace +not here yet, seat kept until \d/);
    // A seat that is kept is no coming.
    expect((await grace.browser.call("GET", `api/events/${name}/own-results`)).status).toBe(404);
    expect((await joan.view()).you).toMatchObject({ place: 1 });
    expect((await ada.waits("Ada")).you).toMatchObject({ place: 2 });
    expect((await grace.join("Grace")).id).toMatch(/^slow-steps-/);
    expect((await joan.browser.call("DELETE", `api/events/${name}/waiting`)).status).toBe(204);
    expect((await joan.view()).you).toBeUndefined();
    // Whoever is in has nothing to leave.
    expect((await grace.browser.call("DELETE", `api/events/${name}/waiting`)).status).toBe(204);
    expect((await grace.view()).you).toMatchObject({ name: "Grace" });
    expect((await ada.view()).you).toMatchObject({ place: 1 });
  });

  it("is shown on the command line, which gives more seats, lets somebody in out of turn, and takes others off", async () => {
    const { link, name } = await created({ seats: 1 });
    for (const person of ["Ada", "Bo", "Cy", "Di", "Di"]) await (await opened(link)).ask(person);
    expect(await cli("get", name)).toMatch(
      /1 of 1 seats taken, 4 wait for one[^]*Ada +\d[^]*Bo +waits, place 1[^]*Cy +waits, place 2[^]*Di +waits, place 3/,
    );
    const twice = await runCli(["event", "admit", name, "Di", "--data", data]);
    expect([twice.status, twice.output]).toEqual([
      2,
      expect.stringContaining('Each of 2 people called "Di" waits'),
    ]);
    const missing = await runCli(["event", "dismiss", name, "Ada", "--data", data]);
    expect([missing.status, missing.output]).toEqual([
      2,
      expect.stringContaining('Nobody called "Ada" waits'),
    ]);
    expect(JSON.parse(await cli("admit", name, "Cy", "--json"))).toMatchObject({ name: "Cy", hasSeat: true });
    expect(JSON.parse(await cli("seats", name, "3", "--json"))).toMatchObject({
      seats: 3,
      seatsTaken: 3,
      waiting: 2,
    });
    const detail = JSON.parse(await cli("get", name, "--json")) as EventDetail;
    const waiting = detail.people.filter(({ place }) => place !== undefined);
    expect(waiting.map((person) => `${person.name} ${String(person.place)}`).toSorted()).toEqual([
      "Di 1",
      "Di 2",
    ]);
    const { id = "" } = waiting.find(({ place }) => place === 1) ?? {};
    expect(await cli("dismiss", name, id)).toContain("Di waits no more");
    expect(await cli("get", name)).toContain("3 of 3 seats taken, 1 wait for one");
    expect(await cli("remove", name, "Bo")).toContain("Everything about Bo");
    expect(await cli("get", name)).not.toContain("Bo ");
    expect(await cli("seats", name, "3")).toContain("3 of 3 seats taken");
    // Fewer seats take nobody's away.
    expect(await cli("seats", name, "1")).toContain("3 of 1 seats taken");
  });

  it("goes with its event, whose staff, end and links programs read as JSON", async () => {
    const { name } = await created({ seats: 1 });
    for (const [token, role] of [
      ["anna", "instructor"],
      ["ben", "helper"],
    ] as const)
      await runCli(["token", "create", token, "--role", role, "--data", data]);
    const staff = await cli("staff", name, "--owner", "anna", "--helper", "ben", "--json");
    expect(JSON.parse(staff)).toEqual({ owner: "anna", helpers: ["ben"] });
    expect(JSON.parse(await cli("delete", name, "--json"))).toEqual({ event: name });
    expect((await runCli(["event", "get", name, "--data", data])).status).not.toBe(0);
    const sessions = async (...args: string[]) =>
      JSON.parse((await runCli(["session", ...args, "--json", "--data", data])).output) as unknown;
    const [made] = (await sessions("create", "--lab", "slow-steps", "--count", "1")) as SessionLink[];
    const renewed = (await sessions("revoke-link", made?.id ?? "")) as SessionLink;
    expect(renewed).toEqual({ id: made?.id, link: expect.stringContaining(`/s/${made?.id ?? ""}#access=`) });
    expect(renewed.link).not.toBe(made?.link);
    expect(await sessions("start-link")).toMatchObject({ link: expect.stringContaining("#start=") });
  });

  it("of whom the operator's list names keeps a name for one person, and leaves the name there when they wait no more", async () => {
    const { link, name } = await created({ seats: 1, names: ["Ada", "Bo", "Cy"] });
    const [ada, bo] = [await opened(link), await opened(link)];
    const idOf = async (wanted: string) =>
      (await ada.view()).people?.find((person) => person.name === wanted)?.id ?? "";
    await ada.browser.json("POST", `api/events/${name}/join`, { person: await idOf("Ada") });
    const other = await ada.browser.call("POST", `api/events/${name}/join`, { person: await idOf("Cy") });
    expect([other.status, other.text]).toEqual([409, expect.stringContaining("SERVER_EVENT_FULL")]);
    const path = `api/events/${name}/join`;
    expect(await bo.browser.json<EventView>("POST", path, { person: await idOf("Bo") })).toMatchObject({
      you: { name: "Bo", place: 1 },
    });
    expect(await cli("dismiss", name, "Bo")).toContain("Bo waits no more");
    expect((await bo.view()).people?.map((person) => person.name)).toEqual(["Ada", "Bo", "Cy"]);
  });

  it("has an end, and says so", async () => {
    const { link, name } = await created({ seats: 1 });
    await (await opened(link)).join("Ada");
    const people = new Database(dataPaths(data).people, { timeout: 10_000 });
    people.exec(
      `WITH RECURSIVE others(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM others WHERE at < ${String(MAX_WAITING)})
       INSERT INTO people (id, event, name, listed, visitor, waiting)
       SELECT 'guest ' || at, people.event, 'Guest ' || at, 0, 'browser ' || at, at FROM others, people
       WHERE people.event = (SELECT event FROM people WHERE joined_at IS NOT NULL ORDER BY joined_at DESC LIMIT 1) AND people.joined_at IS NOT NULL`,
    );
    people.close();
    expect(await detailOf(name)).toMatchObject({ seatsTaken: 1, waiting: MAX_WAITING });
    const { status, text } = await (await opened(link)).ask("One more");
    expect([status, text]).toEqual([409, expect.stringContaining("500 people wait for one already")]);
  });
});

async function created(wanted: object): Promise<EventRow> {
  const [from, until] = [new Date().toISOString(), new Date(Date.now() + HOUR_MS).toISOString()];
  const usual = { lab: "slow-steps", seats: 5, from, until };
  return instructor.json<EventRow>("POST", "api/instructor/workshop-events", { ...usual, ...wanted });
}

function detailOf(name: string): Promise<EventDetail> {
  return instructor.json<EventDetail>("GET", `api/instructor/workshop-events/${name}`);
}

async function removed(name: string, whose: string): Promise<void> {
  const { id = "" } = (await detailOf(name)).people.find((person) => person.name === whose) ?? {};
  await instructor.call("DELETE", `api/instructor/workshop-events/${name}/people/${id}`);
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
  const path = `api/events/${pathname.split("/").at(-1) ?? ""}`;
  await browser.json<EventView>("POST", `${path}/admission`, { token: hash.replace("#join=", "") });
  return {
    browser,
    view: () => browser.json<EventView>("GET", path),
    ask: (name: string) => browser.call("POST", `${path}/join`, { name }),
    join: (name: string) => browser.json<SessionView>("POST", `${path}/join`, { name }),
    waits: (name: string) => browser.json<EventView>("POST", `${path}/join`, { name }),
  };
}
