import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { PAGE_KEY_HEADER } from "../../workshop/common/api.js";
import type { SessionView } from "../../workshop/common/api.js";
import type { IssuedToken, TokenRole } from "../../workshop/common/account-api.js";
import type { EventRow } from "../../workshop/common/event-api.js";
import type { InstructorEvent, InstructorRow, OrderOutcome } from "../../workshop/common/instructor-api.js";
import { dataPaths } from "../../server/config.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";
import { listRoutes } from "./listed-routes.js";
import { enterByLaunch } from "./lti-launch.js";
import { CLAIM, LtiPlatform, writeRegistration } from "./lti-platform.js";
import { ASKERS, type Asker, ENDS_IT, LETS_IN, RULES } from "./route-roles.js";

const HOUR_MS = 3_600_000;
const REFUSED = /SERVER_(UNAUTHORIZED|ROLE_FORBIDDEN|EVENT_FORBIDDEN|LINK_REVOKED)/;
const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let event: EventRow;
let session: SessionView;
const platform = new LtiPlatform();
/** What the event knows its teacher by whom the platform has sent. */
let teacher: string;
const browsers = {} as Record<Asker, BrowserSession>;

beforeAll(async () => {
  await platform.start();
  const lti = writeRegistration(folder.path, platform, "anna");
  lectern = await startLectern(data, ["--lab", writeLab(folder.path), "--start", "instructor", "--lti", lti]);
  const operator = await signedIn(instructorToken(data));
  const tokens = {
    anna: "instructor",
    carl: "instructor",
    dora: "instructor",
    else: "instructor",
    ben: "helper",
    fritz: "helper",
  } as const;
  const token = async (name: keyof typeof tokens, role: TokenRole = tokens[name]) =>
    (await operator.json<IssuedToken>("POST", "api/instructor/tokens", { name, role })).token;
  const anna = await signedIn(await token("anna"));
  Object.assign(browsers, {
    nobody: new BrowserSession(lectern.url),
    "helper of others": await signedIn(await token("fritz")),
    "instructor of others": await signedIn(await token("else")),
    helper: await signedIn(await token("ben")),
    "instructor named as helper": await signedIn(await token("dora")),
    "instructor named": await signedIn(await token("carl")),
    owner: anna,
    operator,
  });
  event = await eventOf(anna, { instructors: ["carl"], helpers: ["ben", "dora"] });
  const teaches = { [`${CLAIM}roles`]: ["Instructor"], [`${CLAIM}custom`]: { event: event.name } };
  const sent = await enterByLaunch(platform, { tool: lectern.url, subject: "tess", more: teaches });
  browsers["teacher by a platform"] = sent.browser;
  const { helpers = [] } = await anna.json<EventRow>("GET", `api/instructor/workshop-events/${event.name}`);
  teacher = helpers.find((name) => name.startsWith("lti:")) ?? "";
  expect(helpers).toEqual(["ben", "dora", teacher]);
  browsers.learner = new BrowserSession(lectern.url);
  session = await browsers.learner.whenActive((await joined(browsers.learner, event.link)).id);
  // As one of an earlier session of theirs would be.
  const kept = join(dataPaths(data).recordings, `${session.id}-1`);
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, "1--1.cast"), "{}\n");
  const other = await eventOf(browsers["instructor of others"], { helpers: ["fritz"] });
  browsers["another learner"] = new BrowserSession(lectern.url);
  await joined(browsers["another learner"], other.link);
});
afterAll(async () => {
  await lectern?.stop();
  platform.stop();
  folder.remove();
});

describe("roles", () => {
  it("are asked for by every route of the server, of everybody who asks, and none lets in more or fewer than is said of it", async () => {
    const routes = listRoutes();
    expect(routes.length).toBeGreaterThan(100);
    expect(routes.filter((route) => !RULES.some(([pattern]) => pattern.test(route)))).toEqual([]);
    expect(RULES.filter(([pattern]) => !routes.some((route) => pattern.test(route))).map(String)).toEqual([]);
    const wrong: string[] = [];
    for (const route of routes) {
      const letsIn = ruleOf(route);
      const walked = ASKERS.map(async (asker) => {
        const may = (LETS_IN[letsIn] as readonly Asker[]).includes(asker);
        if (may && ENDS_IT.test(route)) return;
        const answer = await ask(browsers[asker], route);
        if (may === REFUSED.test(answer)) wrong.push(`${asker}, ${route}, for ${letsIn}: ${answer}`);
      });
      await Promise.all(walked);
    }
    expect(wrong).toEqual([]);
  });

  it("are asked for by every socket: a terminal is watched by those who look after it alone, and let go of when they do no more", async () => {
    const opened: Partial<Record<Asker, WebSocket>> = {};
    for (const asker of ASKERS) {
      const browser = browsers[asker];
      const { text, status } = await browser.call("POST", `api/sessions/${session.id}/terminals/1/ticket`);
      const { ticket = "none" } = status === 200 ? (JSON.parse(text) as { ticket?: string }) : {};
      const socket = await browser.socket(session.id, ticket);
      if (typeof socket !== "number") opened[asker] = socket;
      // A ticket of another is worth nothing.
      const stolen = await browsers.learner.ticket(session.id);
      if (asker !== "learner")
        expect([asker, await browser.socket(session.id, stolen)]).toEqual([asker, 401]);
    }
    expect(Object.keys(opened)).toEqual([
      "learner",
      "teacher by a platform",
      "helper",
      "instructor named as helper",
      "instructor named",
      "owner",
      "operator",
    ]);
    const [before, without] = [staff(["ben", "dora", teacher]), staff(["ben", teacher])];
    const path = `api/instructor/workshop-events/${event.name}/staff`;
    await browsers.owner.json("PUT", path, { ...without, was: before });
    await expect.poll(() => opened["instructor named as helper"]?.readyState).toBe(WebSocket.CLOSED);
    const still = Object.entries(opened).filter(([, socket]) => socket.readyState === WebSocket.OPEN);
    expect(still.map(([asker]) => asker)).toEqual([
      "learner",
      "teacher by a platform",
      "helper",
      "instructor named",
      "owner",
      "operator",
    ]);
    for (const [, socket] of still) socket.close();
    await browsers.owner.json("PUT", path, { ...before, was: without });
  });

  it("are given by two at once so that the second is asked, and nobody who was named is lost unseen", async () => {
    const path = `api/instructor/workshop-events/${event.name}/staff`;
    const was = staff(["ben", "dora", teacher]);
    const changes = [staff(["ben", "dora", teacher, "fritz"]), staff(["ben", "dora", teacher, "else"])];
    const answers = await Promise.all(
      changes.map((one) => browsers.owner.call("PUT", path, { ...one, was })),
    );
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 409]));
    const late = answers.find(({ status }) => status === 409);
    expect(late?.text).toContain("SERVER_EVENT_CHANGED");
    const saved = changes[answers.findIndex(({ status }) => status === 200)];
    const { helpers } = await browsers.owner.json<EventRow>("GET", path.replace("/staff", ""));
    expect(helpers).toEqual(saved?.helpers);
    await browsers.owner.json("PUT", path, { ...was, was: saved });
  });

  it("show each their events and sessions, own events first, and follow who is named meanwhile", async () => {
    const events = async (asker: Asker) =>
      (await browsers[asker].json<EventRow[]>("GET", "api/instructor/workshop-events")).map((row) => [
        row.owner,
        row.isOwn,
        row.role,
      ]);
    expect(await events("owner")).toEqual([["anna", true, "instructor"]]);
    expect(await events("helper")).toEqual([["anna", false, "helper"]]);
    expect(await events("instructor of others")).toEqual([["else", true, "instructor"]]);
    expect((await events("operator")).length).toBe(2);
    const told: string[][] = [];
    const stop = await browsers["helper of others"].events("api/instructor/events", (said) => {
      const news = said as InstructorEvent;
      if (news.type === "sessions") told.push(news.rows.map((row) => row.event ?? ""));
    });
    await expect.poll(() => told.at(-1)?.length).toBe(1);
    expect(told.at(-1)).not.toContain(event.name);
    const { output } = await runCli(["event", "staff", event.name, "--helper", "fritz", "--data", data]);
    expect(output).toContain(`Owner: anna; instructors: carl; helpers: ben, dora, ${teacher}, fritz`);
    await expect.poll(() => told.at(-1)).toContain(event.name);
    expect(
      (await runCli(["event", "staff", event.name, "--remove", "fritz", "--data", data])).output,
    ).not.toContain("fritz");
    await expect.poll(() => told.at(-1)).not.toContain(event.name);
    stop();
  });

  it("hold orders for all to the sessions of whoever gives them, and say of a named one that it is others'", async () => {
    expect((await order("owner", { all: true })).map(({ id }) => id)).toEqual([session.id]);
    expect((await order("instructor of others", { all: true })).map(({ id }) => id)).not.toContain(
      session.id,
    );
    const [refused] = await order("instructor of others", { sessions: [session.id] });
    expect(refused?.problem).toContain("which others look after");
    expect(await order("operator", { all: true })).toHaveLength(2);
  });

  it("are named by tokens there are, by the owner and operators alone; an event of nobody is everybody's who has a role", async () => {
    const path = `api/instructor/workshop-events/${event.name}/staff`;
    const was = staff(["ben", "dora", teacher]);
    const unknown = await browsers.owner.call("PUT", path, { owner: "anna", helpers: ["bne"], was });
    expect([unknown.status, unknown.text]).toEqual([400, expect.stringContaining("There is no token")]);
    const subject = await browsers.owner.call("PUT", path, { owner: "anna", helpers: ["oidc:123"], was });
    expect(subject.text).toContain("Nobody signs in at a provider here");
    const foreign = await browsers.owner.call("POST", "api/instructor/workshop-events", {
      ...wanted(),
      owner: "carl",
    });
    expect([foreign.status, foreign.text]).toEqual([403, expect.stringContaining("Only an operator")]);
    const shared = await eventOf(browsers.operator, {});
    expect(shared.owner).toBeUndefined();
    for (const asker of ["helper of others", "instructor of others"] as const)
      expect(
        (await browsers[asker].call("GET", `api/instructor/workshop-events/${shared.name}`)).status,
      ).toBe(200);
    const created = await runCli([
      "event",
      "create",
      "--lab",
      "slow-steps",
      "--until",
      wanted().until,
      "--owner",
      "else",
      "--helper",
      "ben",
      "--data",
      data,
    ]);
    expect(created.output).toContain("Owner: else; helpers: ben");
  });

  it("end a session and an event by those who may, of which nobody is told who does not look after it", async () => {
    const heard = { "helper of others": [] as string[], "teacher by a platform": [] as string[] };
    const said = { "helper of others": [] as string[], "teacher by a platform": [] as string[] };
    const stops = (Object.keys(heard) as (keyof typeof heard)[]).map((asker) =>
      browsers[asker].events("api/instructor/events", (one) => {
        const news = one as InstructorEvent;
        said[asker].push(news.type);
        if (news.type === "changes") heard[asker].push(...news.gone);
      }),
    );
    await expect.poll(() => Object.values(said).every((types) => types.length > 0)).toBe(true);
    const rows = await browsers["instructor named"].json<InstructorRow[]>("GET", "api/instructor/sessions");
    expect(rows.find(({ id }) => id === session.id)?.link).toContain("#access=");
    const named = browsers["instructor named"];
    expect((await named.call("POST", `api/instructor/sessions/${session.id}/revoke-link`)).status).toBe(200);
    expect((await named.call("DELETE", `api/instructor/sessions/${session.id}`)).status).toBe(204);
    // What is gone is told to all at the same moment.
    await expect.poll(() => heard["teacher by a platform"]).toContain(session.id);
    expect(heard["helper of others"]).toEqual([]);
    for (const stop of await Promise.all(stops)) stop();
    expect((await named.call("DELETE", `api/instructor/workshop-events/${event.name}`)).status).toBe(204);
    expect((await browsers.owner.call("GET", `api/instructor/workshop-events/${event.name}`)).status).toBe(
      404,
    );
  });
});

function ruleOf(route: string) {
  const rule = RULES.find(([pattern]) => pattern.test(route));
  if (rule === undefined) throw new Error(`nothing is said of ${route}`);
  return rule[1];
}

/** What the server says to that browser at the route; of a stream only that it begins. */
async function ask(browser: BrowserSession, route: string): Promise<string> {
  const [method = "", pattern = ""] = route.split(" ");
  const path = pattern
    .replace(/^\/api\/(instructor\/)?sessions\/:id/, `/api/$1sessions/${session.id}`)
    .replace(/^\/api\/(instructor\/workshop-)?events\/:name/, `/api/$1events/${event.name}`)
    .replace("recordings/:session", `recordings/${session.id}`)
    .replace("kept-recordings/:kept", `kept-recordings/${session.id}-1`)
    .replaceAll(/\{[^}]*\}|\*path/g, "none")
    .replaceAll(/:[a-z]+/gi, "none")
    .replaceAll("\\none", ":iam");
  const leave = new AbortController();
  const response = await fetch(lectern.url + path.slice(1).replaceAll("\\", ""), {
    method,
    headers: {
      ...(method === "GET" ? {} : { origin: browser.origin }),
      cookie: browser.cookieHeader(),
      [PAGE_KEY_HEADER]: browser.pageKey,
      "content-type": "application/json",
    },
    ...(method === "GET" ? {} : { body: JSON.stringify(bodyOf(route)) }),
    signal: leave.signal,
  });
  const text = response.ok ? "" : await response.text();
  leave.abort();
  return `${String(response.status)} ${text}`;
}

/** What is needed to be asked who may; nothing of it changes anything. */
function bodyOf(route: string): object {
  if (route.endsWith("/orders"))
    return { to: { event: event.name }, do: { type: "announce", text: "Hello" } };
  const same = staff(["ben", "dora", teacher]);
  if (route.endsWith("/staff")) return { ...same, was: same };
  return {};
}

function staff(helpers: string[]) {
  return { owner: "anna", instructors: ["carl"], helpers };
}

function wanted() {
  const from = new Date().toISOString();
  return { lab: "slow-steps", from, until: new Date(Date.now() + HOUR_MS).toISOString(), seats: 3 };
}

async function eventOf(browser: BrowserSession, named: object): Promise<EventRow> {
  return browser.json<EventRow>("POST", "api/instructor/workshop-events", { ...wanted(), ...named });
}

/** Says something to sessions. */
function order(asker: Asker, to: object): Promise<OrderOutcome[]> {
  const wantedOrder = { to, do: { type: "announce", text: "Hello" } };
  return browsers[asker].json<OrderOutcome[]>("POST", "api/instructor/orders", wantedOrder);
}

async function joined(browser: BrowserSession, link: string): Promise<SessionView> {
  const { hash, pathname } = new URL(link);
  const path = `api/events/${pathname.split("/").at(-1) ?? ""}`;
  await browser.json("POST", `${path}/admission`, { token: hash.replace("#join=", "") });
  return browser.json<SessionView>("POST", `${path}/join`, { name: "Ada" });
}

async function signedIn(token: string): Promise<BrowserSession> {
  const browser = new BrowserSession(lectern.url);
  await browser.json("POST", "api/instructor/login", { token });
  return browser;
}
