import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession, instructorToken, serverPid, typeAndSee } from "./browser-session.js";
import { runCli, startLectern, temporaryFolder, until, writeLab } from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

/** The step of the lab that always fails. */
const FAILING = 3;

const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let ada: BrowserSession;
let grace: BrowserSession;
let first: SessionView;
let second: SessionView;
let helper: BrowserSession;
let other: BrowserSession;

beforeAll(async () => {
  if (isWithout("kubectl")) return;
  lectern = await startLectern(data, ["--lab", writeLab(folder.path)]);
  [ada, grace] = [new BrowserSession(lectern.url), new BrowserSession(lectern.url)];
  [first, second] = await Promise.all([ada.startLab("slow-steps"), grace.startLab("slow-steps")]);
  [helper, other] = [await logIn(), await logIn()];
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

describe.skipIf(isWithout("kubectl"))("help that learners ask for", () => {
  it("stands in the list with the sentence, the page and the step that had failed, until it is taken back", async () => {
    await ada.run(first, FAILING);
    const { step, state } = await ada.outcome(first, FAILING);
    expect(state).toBe("failed");
    const asked = await ada.json<SessionView>("POST", help(first), { text: " It says <b>no</b> ", step });
    expect(asked.help).toMatchObject({ text: "It says <b>no</b>", page: first.currentPage, step });
    await grace.json("POST", help(second), { text: "" });
    const rows = await rowsWhen((found) => found.every((row) => row.help !== undefined));
    expect(rows.find(({ id }) => id === first.id)).toMatchObject({
      help: { text: "It says <b>no</b>" },
      stuckAt: { page: first.currentPage, step },
    });
    const [one, two] = [first, second].map(
      ({ id }) => rows.find((row) => row.id === id)?.help?.askedAt ?? "",
    );
    expect((one ?? "") < (two ?? "")).toBe(true);
    expect((await runCli(["session", "list", "--data", data])).output).toContain(
      "asks for help: It says <b>no</b>",
    );
    expect((await grace.json<SessionView>("DELETE", help(second))).help).toBeUndefined();
  });

  it("keeps its place in the queue when it is said in other words, and names a step only where there is one", async () => {
    const before = await ada.json<SessionView>("GET", `api/sessions/${first.id}`);
    const again = await ada.json<SessionView>("POST", help(first), { text: "Still", step: "none" });
    expect(again.help).toEqual({
      text: "Still",
      page: first.currentPage,
      askedAt: before.help?.askedAt,
    });
  });

  it("is taken by one of two helpers who press at once, given back, and done", async () => {
    const both = await Promise.all([take(helper, "Barbara"), take(other, "Edsger")]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([204, 409]));
    const refused = both.find(({ status }) => status === 409);
    const taken = (await rowsWhen((found) => found.some(({ help: one }) => one?.takenBy !== undefined))).find(
      ({ id }) => id === first.id,
    );
    expect(refused?.text).toContain("Somebody else has taken this one already");
    expect((await take(helper, taken?.help?.takenBy ?? "")).status).toBe(204);
    expect((await helper.call("DELETE", `${ofInstructor(first)}/help/taker`)).status).toBe(204);
    expect((await take(other, "Edsger")).status).toBe(204);
    const told = await ada.json<SessionView>("GET", `api/sessions/${first.id}`);
    expect(told.help?.takenBy).toBe("Edsger");
    expect((await helper.call("DELETE", `${ofInstructor(first)}/help`)).status).toBe(204);
    const late = await take(helper, "Barbara");
    expect([late.status, late.text]).toEqual([409, expect.stringContaining("SESSION_HELP_CHANGED")]);
  });

  it("is nobody's to ask for, or to take, but the learner's and the helpers'", async () => {
    expect((await grace.call("POST", help(first), { text: "" })).status).toBe(401);
    expect((await helper.call("POST", help(first), { text: "" })).status).toBe(401);
    expect((await grace.call("POST", `${ofInstructor(second)}/help`, { name: "Grace" })).status).toBe(401);
    expect((await take(helper, "\u0000 ")).status).toBe(400);
    expect((await ada.call("POST", help(first), { text: "x".repeat(501) })).status).toBe(400);
  });
});

describe.skipIf(isWithout("kubectl"))("a helper who would type", () => {
  it("only looks until the learner agrees, and then types in the learner's own shell", async () => {
    const looking = await opened(helper);
    looking.send(JSON.stringify({ type: "hello" }));
    looking.send(JSON.stringify({ type: "input", data: "echo not-$((1+1))\r" }));
    const { id } = await helper.json<{ id: string }>("POST", guest(first), { name: "Barbara" });
    expect((await other.call("POST", guest(first), { name: "Edsger" })).text).toContain(
      "Another helper has asked to type here before you",
    );
    expect((await helper.call("POST", `api/sessions/${first.id}/guest`, { id })).status).toBe(401);
    expect((await ada.call("POST", `api/sessions/${first.id}/guest`, { id: "another" })).status).toBe(409);
    const agreed = await ada.json<SessionView>("POST", `api/sessions/${first.id}/guest`, { id });
    expect(agreed.guest).toMatchObject({ id, name: "Barbara", agreedAt: expect.any(String) });
    expect(agreed.guest).not.toHaveProperty("browser");
    const own = await opened(ada);
    await typeAndSee(own, "mine=learner\r", /mine=learner/);
    const typing = await opened(helper);
    const seen = await typeAndSee(typing, "echo the-$mine-sees-$((40+2))\r", /the-learner-sees-42/);
    expect(seen).not.toContain("not-2");
    // Another helper's browser has no part in it.
    const third = await opened(other);
    third.send(JSON.stringify({ type: "hello" }));
    third.send(JSON.stringify({ type: "input", data: "echo nor-$((1+2))\r" }));
    expect(await typeAndSee(typing, "echo and-$((50+2))\r", /and-52/)).not.toContain("nor-3");
    for (const socket of [looking, third, own]) socket.close();
    typing.close();
  });

  it("is let go of at once when the learner ends it, with a ticket as well that was given before", async () => {
    const typing = await opened(helper);
    const ticket = await helper.ticket(first.id);
    const closed = new Promise<number>((resolve) => typing.once("close", resolve));
    expect((await ada.json<SessionView>("DELETE", `api/sessions/${first.id}/guest`)).guest).toBeUndefined();
    expect(await closed).toBe(4003);
    expect(await helper.socket(first.id, ticket)).toBe(401);
    const looking = await opened(helper);
    looking.send(JSON.stringify({ type: "hello" }));
    looking.send(JSON.stringify({ type: "input", data: "echo late-$((1+3))\r" }));
    const own = await opened(ada);
    expect(await typeAndSee(own, "echo done-$((60+2))\r", /done-62/)).not.toContain("late-4");
    own.close();
    looking.close();
  });

  it("is asked for until the learner or a helper says no, also when the server was killed meanwhile", async () => {
    const { id } = await helper.json<{ id: string }>("POST", guest(first), { name: "Barbara" });
    await ada.json("POST", `api/sessions/${first.id}/guest`, { id });
    const pid = serverPid(data);
    process.kill(pid, "SIGKILL");
    const back = await until("the server is back", 60_000, () =>
      serverPid(data) === pid
        ? undefined
        : ada.json<SessionView>("GET", `api/sessions/${first.id}`).catch(() => undefined),
    );
    expect(back.guest?.agreedAt).toBeDefined();
    const typing = await until("the helper is back", 60_000, () => opened(helper).catch(() => undefined));
    await typeAndSee(typing, "echo again-$((70+2))\r", /again-72/, 30_000);
    typing.close();
    expect((await helper.call("DELETE", guest(first))).status).toBe(204);
    expect((await ada.json<SessionView>("GET", `api/sessions/${first.id}`)).guest).toBeUndefined();
    const log = readFileSync(join(data, "logs/server.log"), "utf8");
    expect(log).toContain("a learner lets a helper type");
    expect(log).not.toContain("Barbara");
  });
});

async function logIn(): Promise<BrowserSession> {
  const browser = new BrowserSession(lectern.url);
  await browser.json("POST", "api/instructor/login", { token: instructorToken(data) });
  return browser;
}

async function opened(browser: BrowserSession): Promise<WebSocket> {
  const socket = await browser.socket(first.id, await browser.ticket(first.id));
  if (typeof socket === "number") throw new Error(`the socket was refused with ${String(socket)}`);
  return socket;
}

function take(browser: BrowserSession, name: string) {
  return browser.call("POST", `${ofInstructor(first)}/help`, { name });
}

async function rowsWhen(isSo: (rows: InstructorRow[]) => boolean): Promise<InstructorRow[]> {
  return until("the rows are so", 60_000, async () => {
    const rows = await helper.json<InstructorRow[]>("GET", "api/instructor/sessions");
    return isSo(rows) ? rows : undefined;
  });
}

function help({ id }: SessionView): string {
  return `api/sessions/${id}/help`;
}

function ofInstructor({ id }: SessionView): string {
  return `api/instructor/sessions/${id}`;
}

function guest(session: SessionView): string {
  return `${ofInstructor(session)}/guest`;
}
