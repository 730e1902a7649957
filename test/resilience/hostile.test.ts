import { connect } from "node:net";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiProblem, LabSummary, SessionView } from "../../workshop/common/api.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import { BrowserSession, instructorToken, typeAndSee } from "../server/browser-session.js";
import { startLectern, temporaryFolder, writeLab } from "../server/lectern-process.js";
import type { LecternProcess } from "../server/lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
let lectern: LecternProcess;
let browser: BrowserSession;
let session: SessionView;

beforeAll(async () => {
  lectern = await startLectern(data, ["--lab", writeLab(folder.path), "--max-sessions", "4"]);
  browser = new BrowserSession(lectern.url);
  session = await browser.startLab("slow-steps");
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

describe("a page of another site", () => {
  it("cannot change anything with the learner's cookies", async () => {
    for (const origin of ["http://evil.example", "null", "http://localhost:1", ""]) {
      const answer = await browser.call("POST", `api/sessions/${session.id}/extend`, undefined, { origin });
      expect([answer.status, code(answer.text)]).toEqual([403, "SERVER_CROSS_SITE"]);
    }
  });

  it("cannot read anything through a name that points here", async () => {
    const answer = await browser.call("GET", "api/labs", undefined, { host: "evil.example" });
    expect([answer.status, code(answer.text)]).toEqual([403, "SERVER_CROSS_SITE"]);
  });

  it("cannot open a terminal, not even with the cookie and a ticket", async () => {
    const ticket = await browser.ticket(session.id);
    expect(await browser.socket(session.id, ticket, { origin: "http://evil.example" })).toBe(403);
    expect(await browser.socket(session.id, ticket, { host: "evil.example" })).toBe(403);
  });
});

describe("an upgrade to an address that is none", () => {
  it.each(["//[/socket", "http://[/", "//", "/api/sessions/%zz/terminals/1", `/${"a".repeat(9_000)}`, "*"])(
    "is refused or closed, and Lectern goes on: %s",
    async (target) => {
      const answer = await upgradeTo(target);
      expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
      expect((await browser.call("GET", `api/sessions/${session.id}`)).status).toBe(200);
    },
  );
});

describe("somebody without access to the session", () => {
  it("is refused everything of it", async () => {
    const stranger = new BrowserSession(lectern.url);
    const page = `pages/${session.currentPage}`;
    const calls = ["", "/events", `/${page}`, "/files/x.png", "/tmc/v1alpha1/workspaces"];
    for (const path of calls)
      expect((await stranger.call("GET", `api/sessions/${session.id}${path}`)).status).toBe(401);
    for (const path of [`${page}/steps/0/run`, "terminals/1/ticket", "extend"]) {
      expect((await stranger.call("POST", `api/sessions/${session.id}/${path}`)).status).toBe(401);
    }
    expect((await stranger.call("DELETE", `api/sessions/${session.id}`)).status).toBe(401);
    expect((await stranger.call("GET", "api/instructor/sessions")).status).toBe(401);
  });

  it("gains nothing from the cookie of another session", async () => {
    const other = new BrowserSession(lectern.url);
    const { id } = await other.startLab("slow-steps");
    const stolen = other.cookies.get(`lectern-session-${id}`) ?? "";
    other.cookies.set(`lectern-session-${session.id}`, stolen);
    expect((await other.call("GET", `api/sessions/${session.id}`)).status).toBe(401);
    const ticket = await other.ticket(id);
    expect(await other.socket(session.id, ticket)).toBe(401);
  });

  it("is not admitted by a link that is not valid", async () => {
    const stranger = new BrowserSession(lectern.url);
    const answer = await stranger.open(`${lectern.url}s/${session.id}#access=1.wrong`);
    expect([answer.status, stranger.cookies.size]).toEqual([401, 0]);
    expect(answer.text).toContain("does not open this session");
  });

  it("can do nothing with the learner's cookies and tickets alone, which every port of the host name sees", async () => {
    const thief = new BrowserSession(lectern.url);
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    const page = `pages/${session.currentPage}`;
    for (const path of ["", "/events", `/${page}`, "/files/x.png", "/tmc/v1alpha1/workspaces"])
      expect((await thief.call("GET", `api/sessions/${session.id}${path}`)).status).toBe(401);
    for (const path of [`${page}/steps/0/run`, "terminals/1/ticket", "extend"])
      expect((await thief.call("POST", `api/sessions/${session.id}/${path}`)).status).toBe(401);
    expect((await thief.json<LabSummary[]>("GET", "api/labs")).some(({ resume }) => resume)).toBe(false);
    const ticket = await browser.ticket(session.id);
    expect(await new BrowserSession(lectern.url).socket(session.id, ticket)).toBe(401);
  });

  it("is refused a ticket twice, and one of another terminal", async () => {
    const ticket = await browser.ticket(session.id);
    const socket = await browser.socket(session.id, ticket);
    expect(socket).toBeInstanceOf(WebSocket);
    (socket as WebSocket).terminate();
    expect(await browser.socket(session.id, ticket)).toBe(401);
    expect((await browser.call("POST", `api/sessions/${session.id}/terminals/9/ticket`)).status).toBe(404);
  });

  it("cannot guess the instructor's token by trying", async () => {
    const stranger = new BrowserSession(lectern.url);
    const statuses = [];
    for (let tried = 0; tried < 12; tried++) {
      statuses.push(
        (
          await stranger.call(
            "POST",
            "api/instructor/login",
            { token: `guess-${String(tried)}` },
            // Nobody said that a proxy stands in front: everybody can write this.
            { "x-forwarded-for": `198.51.100.${String(tried)}` },
          )
        ).status,
      );
    }
    expect(new Set(statuses.slice(0, 10))).toEqual(new Set([401]));
    expect(statuses.at(-1)).toBe(429);
  });
});

describe("a hostile request", () => {
  it("gets no file outside the lab", async () => {
    const { html } = await browser.json<PageView>(
      "GET",
      `api/sessions/${session.id}/pages/${session.currentPage}`,
    );
    const key = /\?key=([\w.-]+)/.exec(html)?.[1] ?? "none";
    const picture = `api/sessions/${session.id}/files/picture.gif`;
    expect((await browser.call("GET", `${picture}?key=${key}`)).status).toBe(200);
    expect((await browser.call("GET", picture)).status).toBe(401);
    const ways = [
      "../../../etc/passwd",
      "..%2f..%2f..%2fetc%2fpasswd",
      "%2e%2e/%2e%2e/etc/passwd",
      "/etc/passwd",
      "slow-steps.md",
      "a%00b",
    ];
    for (const way of ways) {
      const answer = await browser.call("GET", `api/sessions/${session.id}/files/${way}?key=${key}`);
      expect([way, answer.status]).toEqual([way, 404]);
    }
    for (const way of ["../package.json", "..%2fpackage.json", "assets/..%2f..%2f..%2fpackage.json"]) {
      expect([way, (await browser.call("GET", way)).text.includes('"lectern"')]).toEqual([way, false]);
    }
  });

  it("is answered with a problem that says nothing of the inside", async () => {
    const bad = await browser.call("POST", "api/sessions", '{"lab": ');
    expect([bad.status, code(bad.text)]).toEqual([400, "SERVER_BAD_REQUEST"]);
    const large = await browser.call("POST", "api/sessions", { lab: "x".repeat(300_000) });
    expect([large.status, code(large.text)]).toEqual([413, "SERVER_TOO_LARGE"]);
    const unknown = await browser.call("POST", "api/sessions", { lab: "no-such-lab" });
    expect([unknown.status, code(unknown.text)]).toEqual([404, "LAB_NOT_FOUND"]);
    const odd = await browser.call("GET", "api/sessions/%ff");
    expect(odd.status).toBe(400);
    for (const { text } of [bad, large, unknown, odd])
      expect(text).not.toMatch(/node_modules|at \w+ \(|\.js:/);
  });

  it("is refused where as many sessions live as may, saying which flag lifts that", async () => {
    const greedy = new BrowserSession(lectern.url);
    const answers = [];
    for (let started = 0; started < 4; started++)
      answers.push(await greedy.call("POST", "api/sessions", { lab: "slow-steps" }));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 503, 503]);
    expect(answers[3]?.text).toContain("--max-sessions");
  });

  it("is refused whole where an instructor asks for more than there is room for", async () => {
    const instructor = new BrowserSession(lectern.url);
    await instructor.call("POST", "api/instructor/login", { token: instructorToken(data) });
    const before = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
    const answer = await instructor.call("POST", "api/instructor/sessions", { lab: "slow-steps", count: 10 });
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining("None of the 10")]);
    const after = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
    expect(after.length).toBe(before.length);
  });
});

describe("a hostile terminal socket", () => {
  it("is closed at the first frame that is none, and the next one works", async () => {
    for (const frame of [
      "{",
      '{"type":"input"}',
      '{"type":"resize","columns":1e9,"rows":1}',
      Buffer.from([1, 2, 3]),
      "x".repeat(600_000),
    ]) {
      const socket = (await browser.socket(session.id, await browser.ticket(session.id))) as WebSocket;
      const closed = new Promise<number>((resolve) => socket.once("close", resolve));
      socket.send(frame);
      expect([4001, 1009]).toContain(await closed);
    }
    const socket = (await browser.socket(session.id, await browser.ticket(session.id))) as WebSocket;
    await typeAndSee(socket, "echo still-$((40 + 2))\r", /still-42/);
    socket.terminate();
  });
});

describe("an instructor", () => {
  it("sees a learner's terminal but cannot type into it", async () => {
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
    const socket = (await instructor.socket(session.id, await instructor.ticket(session.id))) as WebSocket;
    await expect(typeAndSee(socket, "echo typed-by-$((1 + 1))\r", /typed-by-2/, 2_000)).rejects.toThrow(
      "waited",
    );
    socket.terminate();
  });
});

function code(text: string): string {
  return (JSON.parse(text) as ApiProblem).error.code;
}

/** What is answered to an upgrade whose target no client would send; empty where the connection is just closed. */
function upgradeTo(target: string): Promise<string> {
  const { hostname, port, host } = new URL(lectern.url);
  const socket = connect(Number(port), hostname);
  const lines = [`GET ${target} HTTP/1.1`, `Host: ${host}`, "Connection: Upgrade", "Upgrade: websocket"];
  const keys = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""];
  socket.end([...lines, ...keys].join("\r\n"));
  return textOf(socket).catch(() => "");
}
