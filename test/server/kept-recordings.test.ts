import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataPaths } from "../../server/config.js";
import type { SessionView } from "../../workshop/common/api.js";
import type { IssuedToken } from "../../workshop/common/account-api.js";
import type { EventDetail, EventRow } from "../../workshop/common/event-api.js";
import type { KeptRecordingsOf } from "../../workshop/common/kept-recordings-api.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const HOUR_MS = 3_600_000;
const DEADLINE_MS = 90_000;
const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let operator: BrowserSession;

beforeAll(async () => {
  const flags = ["--lab", writeLab(folder.path), "--start", "instructor", "--keep-recordings"];
  lectern = await startLectern(data, flags);
  operator = await signedIn(instructorToken(data));
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

describe("recordings of sessions that have ended", () => {
  it("are shown to those who look after the event, to whose they are, and to nobody else", async () => {
    const [anna, carl] = [await staffed("anna"), await staffed("carl")];
    const event = await eventOf(anna);
    const ada = await arrived(event, "Ada");
    const bo = await arrived(event, "Bo");
    await ended(ada);
    await expect.poll(async () => (await keptBy(anna)).length, { timeout: DEADLINE_MS }).toBe(1);
    const [kept] = await keptBy(anna);
    expect(kept).toMatchObject({
      session: ada.session,
      event: event.name,
      person: { name: "Ada" },
      recordings: [{ terminal: "1", bytes: expect.any(Number) }],
    });
    const [id, name] = [kept?.id ?? "", kept?.recordings[0]?.name ?? ""];
    expect(await keptBy(carl)).toEqual([]);
    const refused = await carl.call("GET", `api/instructor/kept-recordings/${id}/${name}`);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining("SERVER_EVENT_FORBIDDEN")]);
    expect((await carl.call("DELETE", `api/instructor/kept-recordings/${id}`)).status).toBe(403);
    const shown = await anna.call("GET", `api/instructor/kept-recordings/${id}/${name}`);
    expect([shown.status, shown.text]).toEqual([200, expect.stringMatching(/^\{"version":2/)]);
    for (const wrong of [`${id}/..%2F..%2Fpeople.db`, `..%2Frecordings%2F${id}/${name}`, "none/none"])
      expect((await operator.call("GET", `api/instructor/kept-recordings/${wrong}`)).status).toBe(404);
    const own = `api/events/${event.name}/kept-recordings`;
    expect((await ada.browser.json<KeptRecordingsOf[]>("GET", own)).map((one) => one.id)).toEqual([id]);
    expect((await ada.browser.call("GET", `${own}/${id}/${name}`)).text).toBe(shown.text);
    expect(await bo.browser.json("GET", own)).toEqual([]);
    expect((await bo.browser.call("GET", `${own}/${id}/${name}`)).status).toBe(404);

    const { output } = await runCli(["recording", "kept", "--event", event.name, "--data", data]);
    expect(output).toMatch(new RegExp(`${id} +Ada +${event.name}`));
    const printed = await runCli(["recording", "print", "--kept", id, name, "--data", data]);
    expect(printed.output).toBe(shown.text);
    expect((await anna.call("DELETE", `api/instructor/kept-recordings/${id}`)).status).toBe(204);
    expect(await keptBy(operator)).toEqual([]);
    expect(readdirSync(dataPaths(data).recordings)).toEqual([]);
  });

  it("of no event are the operator's", async () => {
    const dora = await staffed("dora");
    const [made] = await operator.json<{ id: string; link: string }[]>("POST", "api/instructor/sessions", {
      lab: "slow-steps",
      count: 1,
    });
    const browser = new BrowserSession(lectern.url);
    await browser.open(made?.link ?? "");
    await browser.whenActive(made?.id ?? "");
    await ended({ browser, session: made?.id ?? "" });
    await expect.poll(async () => (await keptBy(operator)).length, { timeout: DEADLINE_MS }).toBe(1);
    expect((await keptBy(operator))[0]).not.toHaveProperty("person");
    expect(await keptBy(dora)).toEqual([]);
    const id = (await keptBy(operator))[0]?.id ?? "";
    const removed = await runCli(["recording", "remove", id, "--json", "--data", data]);
    expect([removed.status, JSON.parse(removed.output)]).toEqual([0, { id }]);
    expect(await keptBy(operator)).toEqual([]);
  });

  it("go with the person, those of a session too that ends only afterwards", async () => {
    const event = await eventOf(operator);
    const first = await arrived(event, "Grace");
    await ended(first);
    await expect.poll(async () => (await keptBy(operator)).length, { timeout: DEADLINE_MS }).toBe(1);
    const again = await first.browser.json<SessionView>("POST", `api/events/${event.name}/join`, {
      name: "Grace",
    });
    expect(again.id).not.toBe(first.session);
    await first.browser.whenActive(again.id);
    await shell({ browser: first.browser, session: again.id });
    const path = `api/instructor/workshop-events/${event.name}`;
    const { people } = await operator.json<EventDetail>("GET", path);
    // Their running session ends with them, and its recordings are moved only then.
    expect((await operator.call("DELETE", `${path}/people/${people[0]?.id ?? ""}`)).status).toBe(204);
    expect(await keptBy(operator)).toEqual([]);
    await expect
      .poll(
        async () => [
          await keptBy(operator),
          readdirSync(dataPaths(data).recordings),
          (await operator.json<{ id: string }[]>("GET", "api/instructor/sessions")).filter(
            ({ id }) => id === again.id,
          ),
        ],
        { timeout: DEADLINE_MS },
      )
      .toEqual([[], [], []]);
  });
});

interface Arrived {
  browser: BrowserSession;
  session: string;
}

async function signedIn(token: string): Promise<BrowserSession> {
  const browser = new BrowserSession(lectern.url);
  await browser.json("POST", "api/instructor/login", { token });
  return browser;
}

async function staffed(name: string): Promise<BrowserSession> {
  const wanted = { name, role: "instructor" };
  return signedIn((await operator.json<IssuedToken>("POST", "api/instructor/tokens", wanted)).token);
}

function eventOf(browser: BrowserSession): Promise<EventRow> {
  const [from, until] = [new Date().toISOString(), new Date(Date.now() + HOUR_MS).toISOString()];
  const wanted = { lab: "slow-steps", seats: 5, from, until };
  return browser.json<EventRow>("POST", "api/instructor/workshop-events", wanted);
}

/** Somebody who has come in, and whose shell has begun. */
async function arrived({ link, name: event }: EventRow, name: string): Promise<Arrived> {
  const browser = new BrowserSession(lectern.url);
  const token = new URL(link).hash.replace("#join=", "");
  await browser.json("POST", `api/events/${event}/admission`, { token });
  const { id } = await browser.json<SessionView>("POST", `api/events/${event}/join`, { name });
  await browser.whenActive(id);
  const made = { browser, session: id };
  await shell(made);
  return made;
}

async function shell({ browser, session }: Arrived): Promise<void> {
  const socket = await browser.socket(session, await browser.ticket(session));
  if (typeof socket === "number") throw new Error(`expected a terminal, got ${String(socket)}`);
  await expect
    .poll(async () => (await browser.json<object[]>("GET", `api/sessions/${session}/recordings`)).length, {
      timeout: DEADLINE_MS,
    })
    .toBe(1);
  socket.close();
}

async function ended({ browser, session }: Arrived): Promise<void> {
  if ((await browser.json<object[]>("GET", `api/sessions/${session}/recordings`)).length === 0)
    await shell({ browser, session });
  await operator.call("DELETE", `api/instructor/sessions/${session}`);
}

function keptBy(browser: BrowserSession): Promise<KeptRecordingsOf[]> {
  return browser.json<KeptRecordingsOf[]>("GET", "api/instructor/kept-recordings");
}
