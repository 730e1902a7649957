import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { AccountView, IssuedToken, TokenRole } from "../../workshop/common/account-api.js";
import type { EventRow } from "../../workshop/common/event-api.js";
import type { InstructorRow, SessionLink } from "../../workshop/common/instructor-api.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

const HOUR_MS = 3_600_000;
/** As a Kubernetes object or a session is named that is not there: who may ask is told so, and nothing happens. */
const NOWHERE = "none-abc123";
const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;

beforeAll(async () => {
  lectern = await startLectern(data, ["--lab", writeLab(folder.path), "--start", "instructor"]);
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

type Role = "helper" | "instructor" | "operator";
/** What each route takes; whoever may less is refused before anything is looked at. */
const ROUTES: [method: string, path: string, least: Role][] = [
  ["GET", "api/instructor/sessions", "helper"],
  ["GET", "api/instructor/labs", "helper"],
  ["GET", "api/instructor/pools", "helper"],
  ["GET", "api/instructor/disk", "helper"],
  ["GET", "api/instructor/confinement", "helper"],
  ["POST", `api/instructor/sessions/${NOWHERE}/extend`, "helper"],
  ["POST", `api/instructor/sessions/${NOWHERE}/help`, "helper"],
  ["DELETE", `api/instructor/sessions/${NOWHERE}/help`, "helper"],
  ["DELETE", `api/instructor/sessions/${NOWHERE}/help/taker`, "helper"],
  ["POST", `api/instructor/sessions/${NOWHERE}/guest`, "helper"],
  ["DELETE", `api/instructor/sessions/${NOWHERE}/guest`, "helper"],
  ["POST", "api/instructor/orders", "instructor"],
  ["GET", "api/instructor/workshop-events", "helper"],
  ["GET", `api/instructor/workshop-events/${NOWHERE}`, "helper"],
  ["GET", `api/instructor/workshop-events/${NOWHERE}/results`, "helper"],
  ["GET", `api/instructor/workshop-events/${NOWHERE}/kept-rehearsal`, "helper"],
  ["POST", `api/instructor/workshop-events/${NOWHERE}/kept-rehearsal`, "instructor"],
  ["DELETE", `api/instructor/workshop-events/${NOWHERE}/kept-rehearsal`, "instructor"],
  ["GET", "api/instructor/start-link", "instructor"],
  ["POST", "api/instructor/sessions", "instructor"],
  ["POST", `api/instructor/sessions/${NOWHERE}/revoke-link`, "instructor"],
  ["DELETE", `api/instructor/sessions/${NOWHERE}`, "instructor"],
  ["POST", "api/instructor/workshop-events", "instructor"],
  ["POST", `api/instructor/workshop-events/${NOWHERE}/rehearsal`, "instructor"],
  ["DELETE", `api/instructor/workshop-events/${NOWHERE}`, "instructor"],
  ["DELETE", `api/instructor/workshop-events/${NOWHERE}/people/x`, "instructor"],
  ["GET", "api/instructor/recordings", "instructor"],
  ["GET", "metrics", "instructor"],
  ["GET", "api/instructor/tokens", "operator"],
  ["POST", "api/instructor/tokens", "operator"],
  ["DELETE", `api/instructor/tokens/${NOWHERE}`, "operator"],
];
const ORDER = ["nobody", "helper", "instructor", "operator"];

describe("accounts", () => {
  it("have roles, and every route of instructors takes the one it needs", async () => {
    const browsers: Record<string, BrowserSession> = {
      nobody: new BrowserSession(lectern.url),
      helper: await signedIn(await tokenFor("table-helper", "helper")),
      instructor: await signedIn(await tokenFor("table-instructor")),
      operator: await signedIn(instructorToken(data)),
    };
    const found: [string, string, string, boolean][] = [];
    const expected: typeof found = [];
    for (const [method, path, least] of ROUTES)
      for (const role of ORDER) {
        const body = method === "POST" ? {} : undefined;
        const { status, text } = (await browsers[role]?.call(method, path, body)) ?? { status: 0, text: "" };
        // What is allowed may still be no sensible question: then it is refused for that.
        found.push([method, path, role, !/SERVER_(UNAUTHORIZED|ROLE_FORBIDDEN)/.test(text) && status !== 0]);
        expected.push([method, path, role, ORDER.indexOf(role) >= ORDER.indexOf(least)]);
      }
    expect(found).toEqual(expected);
  });

  it("let helpers look at the wall of terminals, and nobody else who may not", async () => {
    const refused = await new BrowserSession(lectern.url).call("GET", "api/instructor/screens");
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining("SERVER_UNAUTHORIZED")]);
    const helper = await signedIn(await tokenFor("wall-helper", "helper"));
    const told: unknown[] = [];
    const leave = await helper.events("api/instructor/screens?event=none", (event) => told.push(event));
    await expect.poll(() => told, { timeout: 60_000 }).toEqual([{ type: "screens", screens: [], gone: [] }]);
    leave();
  });

  it("of a helper see and extend a learner's session, and cannot end it, whichever way they ask", async () => {
    const operator = await signedIn(instructorToken(data));
    const wanted = { lab: "slow-steps", count: 1 };
    const [made] = await operator.json<SessionLink[]>("POST", "api/instructor/sessions", wanted);
    const { id = "", link = "" } = made ?? {};
    const learner = new BrowserSession(lectern.url);
    expect((await learner.open(link)).status).toBe(204);
    await until("the session is there", 60_000, async () => {
      const { text } = await learner.call("GET", `api/sessions/${id}`);
      return /"phase":"Active"/.test(text) || undefined;
    });
    const token = await tokenFor("ending-helper", "helper");
    const helper = await signedIn(token);
    expect((await helper.call("GET", `api/sessions/${id}`)).status).toBe(200);
    const extended = await helper.call("POST", `api/instructor/sessions/${id}/extend`, { minutes: 5 });
    expect(extended.status).toBe(200);
    const to = { sessions: [id] };
    const ordered = async (action: object) =>
      (await helper.call("POST", "api/instructor/orders", { to, do: action })).status;
    expect(await ordered({ type: "extend", minutes: 5 })).toBe(200);
    expect(await ordered({ type: "pause", minutes: 5 })).toBe(403);
    const leaving = await signedIn(token);
    const [left, stays] = await Promise.all([leaving, helper].map((one) => watched(one, id)));
    expect((await leaving.call("POST", "api/sign-out")).status).toBe(204);
    await expect.poll(() => left?.readyState, { timeout: 60_000 }).toBe(WebSocket.CLOSED);
    expect(stays?.readyState).toBe(WebSocket.OPEN);
    stays?.close();
    // Nothing of this makes them the learner.
    expect(link).toContain("#access=");
    const { link: shown } = JSON.parse(extended.text) as InstructorRow;
    expect(shown).not.toContain("#");
    expect((await helper.call("GET", "api/instructor/sessions")).text).not.toContain("#access=");
    expect((await helper.call("POST", `api/sessions/${id}/extend`)).status).toBe(200);
    expect((await helper.call("POST", `api/sessions/${id}/help`, { text: "" })).status).toBe(401);
    // Nor does it make them do the learner's work, or give away rights that would outlast their own.
    const step = `api/sessions/${id}/pages/slow-steps/steps/0123456789ab`;
    for (const deed of ["run", "interrupt", "cancel"])
      expect((await helper.call("POST", `${step}/${deed}`)).text).toContain(
        "Only the learner of this session",
      );
    expect((await helper.call("POST", `api/sessions/${id}/pages/slow-steps/visit`)).status).toBe(401);
    const policies = `api/sessions/${id}/tmc/v1alpha1`;
    expect((await helper.call("GET", `${policies}/organization`)).status).toBe(200);
    const apiToken = { user: "alice" };
    expect((await helper.call("POST", `${policies}/organization/api-tokens`, { apiToken })).status).toBe(403);
    for (const path of ["api/instructor/start-link/", "api/instructor/START-LINK"])
      expect((await helper.call("GET", path)).status).toBe(403);
    for (const path of [`api/sessions/${id}`, `api/instructor/sessions/${id}`]) {
      const refused = await helper.call("DELETE", path);
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining("role instructor")]);
    }
    expect((await learner.call("GET", `api/sessions/${id}`)).status).toBe(200);
    expect((await learner.call("DELETE", `api/sessions/${id}`)).status).toBe(204);
  });

  it("end when their token is revoked or the browser signs out, and no other does with them", async () => {
    const [one, other] = [await tokenFor("revoked"), await tokenFor("kept")];
    const [revoked, kept] = [await signedIn(one), await signedIn(other)];
    const { account } = await revoked.json<AccountView>("GET", "api/account");
    expect(account).toEqual({ name: "revoked", role: "instructor", staffName: "revoked" });
    expect((await cli("token", "list")).output).toMatch(/revoked +instructor +\S+ +it is revoked/);
    expect((await cli("token", "revoke", "revoked")).output).toContain("The token revoked is revoked.");
    expect((await revoked.call("GET", "api/instructor/sessions")).status).toBe(401);
    const again = await new BrowserSession(lectern.url).call("POST", "api/instructor/login", { token: one });
    expect(again.status).toBe(401);
    expect((await kept.call("GET", "api/instructor/sessions")).status).toBe(200);
    expect((await cli("token", "revoke", "revoked")).output).toContain('There is no token "revoked"');
    expect((await kept.call("POST", "api/sign-out")).status).toBe(204);
    expect(await kept.json<AccountView>("GET", "api/account")).toEqual({});
    expect((await kept.call("GET", "api/instructor/sessions")).status).toBe(401);
    expect((await kept.call("POST", "api/instructor/login", { token: other })).status).toBe(204);
  });

  it("know no token twice, and keep none that could be read anywhere", async () => {
    const { output } = await cli("token", "create", "once", "--role", "helper", "--days", "1");
    const token = output.trim();
    const { account } = await (await signedIn(token)).json<AccountView>("GET", "api/account");
    expect(account).toEqual({ name: "once", role: "helper", staffName: "once" });
    const twice = await cli("token", "create", "once");
    expect([twice.status, twice.output]).toEqual([
      1,
      expect.stringContaining('There is a token "once" already'),
    ]);
    expect((await cli("token", "list", "--json")).output).not.toContain(token);
    const logs = readdirSync(join(data, "logs")).map((name) =>
      readFileSync(join(data, "logs", name), "utf8"),
    );
    expect(logs.join("").includes(token)).toBe(false);
    expect((await cli("token", "create", "two words")).output).toContain("must be letters");
  });

  it("outlive a restart of the server", async () => {
    const instructor = await signedIn(await tokenFor("lasting"));
    const from = new Date().toISOString();
    const event = { lab: "slow-steps", from, until: new Date(Date.now() + HOUR_MS).toISOString(), seats: 3 };
    const { name } = await instructor.json<EventRow>("POST", "api/instructor/workshop-events", event);
    await lectern?.stop();
    lectern = await startLectern(data, [
      "--lab",
      join(folder.path, "slow-steps.md"),
      "--start",
      "instructor",
    ]);
    const again = instructor.at(lectern.url);
    const events = await again.json<EventRow[]>("GET", "api/instructor/workshop-events");
    expect(events.map((one) => one.name)).toEqual([name]);
  });
});

async function tokenFor(name: string, role: TokenRole = "instructor"): Promise<string> {
  const operator = await signedIn(instructorToken(data));
  return (await operator.json<IssuedToken>("POST", "api/instructor/tokens", { name, role })).token;
}

async function signedIn(token: string): Promise<BrowserSession> {
  const browser = new BrowserSession(lectern.url);
  await browser.json("POST", "api/instructor/login", { token });
  return browser;
}

function cli(...args: string[]): Promise<{ status: number | null; output: string }> {
  return runCli([...args, "--data", data]);
}

/** A terminal of the session, as the browser looks at it. */
async function watched(browser: BrowserSession, session: string): Promise<WebSocket> {
  const socket = await browser.socket(session, await browser.ticket(session));
  if (typeof socket === "number") throw new Error(`the socket was refused with ${String(socket)}`);
  return socket;
}
