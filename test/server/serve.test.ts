import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { crowdingBesideTests } from "../../terminal/node/crowding-for-tests.js";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabSummary, SessionEvent, SessionView } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import type { ConfinementView, InstructorEvent } from "../../workshop/common/instructor-api.js";
import { BrowserSession, instructorToken } from "./browser-session.js";
import {
  homeOf,
  processesOf,
  runCli,
  startLectern,
  temporaryFolder,
  until,
  writeLab,
} from "./lectern-process.js";
import type { LecternProcess } from "./lectern-process.js";

/** Ctrl-C promises three seconds. */
const STOP_LIMIT_MS = 3_000;

const folder = temporaryFolder();
const data = join(folder.path, "data");
const lab = writeLab(folder.path);
let lectern: LecternProcess;
let browser: BrowserSession;

beforeAll(async () => {
  lectern = await startLectern(data, ["--lab", lab]);
  browser = new BrowserSession(lectern.url);
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

describe("a running Lectern", () => {
  it("says where it is and how instructors get in, and keeps their token to its owner", () => {
    expect(lectern.output()).toContain(`token ${instructorToken(data)}`);
    expect(statSync(join(data, "instructor-token")).mode & 0o777).toBe(0o600);
  });

  it("shows its figures to instructors only", async () => {
    const authorization = "Bearer guess";
    for (const headers of [{}, { authorization }])
      expect((await browser.call("GET", "metrics", undefined, headers)).status).toBe(401);
    expect(await figures()).toContain("process_cpu_seconds_total");
  });

  it("answers probes and shows its figures", async () => {
    expect((await browser.call("GET", "healthz")).status).toBe(200);
    const ready = await browser.json<{ status: string; checks: object[] }>("GET", "readyz");
    const checks = [{ name: "cluster" }, { name: "disk" }, { name: "memory" }, { name: "terminal host" }];
    expect(ready).toEqual({ status: "ok", checks });
    const metrics = await figures();
    for (const name of [
      "lectern_sessions",
      "lectern_step_duration_seconds",
      "lectern_http_request_duration_seconds",
      "lectern_terminal_sockets",
    ]) {
      expect(metrics).toContain(`# TYPE ${name} `);
    }
  });

  it("serves one page for every screen, told where it is mounted and what it may load", async () => {
    for (const path of ["", "s/some-session/some-page", "instructor"]) {
      const page = await browser.call("GET", path);
      expect(page.status).toBe(200);
      expect(page.text).toContain('<meta name="lectern-base" content="/"');
      expect(page.headers["content-security-policy"]).toContain("script-src 'self';");
      expect(page.headers["x-content-type-options"]).toBe("nosniff");
    }
    const lost = await browser.call("GET", "no/such/screen", undefined, { accept: "text/html,*/*" });
    expect([lost.status, lost.text.includes("lectern-base")]).toEqual([404, true]);
    expect((await browser.call("GET", "no/such/thing")).text).toContain("SERVER_NOT_FOUND");
    const script = /src="\.?\/?(assets\/[^"]+\.js)"/.exec((await browser.call("GET", "")).text)?.[1] ?? "";
    const file = await browser.call("GET", script);
    expect([file.status, file.headers["cache-control"]]).toEqual([
      200,
      "public, max-age=31536000, immutable",
    ]);
  });

  it("counts a finished step and names session and step in its log", async () => {
    const session = await browser.startLab("slow-steps");
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
    await until("the step is counted", 60_000, async () => {
      return /lectern_step_duration_seconds_count\{state="succeeded"\} [1-9]/.exec(await figures())?.[0];
    });
    const entry = await until("the step is in the log", 60_000, () =>
      readFileSync(join(data, "logs/server.log"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .find(({ msg }) => msg === "step finished"),
    );
    expect(entry).toMatchObject({
      session: session.id,
      step: expect.stringMatching(new RegExp(`^${session.currentPage}/[0-9a-f]{14}$`)) as string,
      state: "succeeded",
    });
  });

  it("takes a step back that waits for its terminal, and says what it waits for", async () => {
    const session = await browser.startLab("slow-steps");
    const page = `api/sessions/${session.id}/pages/${session.currentPage}`;
    const { actions } = await browser.json<PageView>("GET", page);
    await browser.run(session, 1);
    await browser.run(session, 3);
    await until("the second step waits for the first", 60_000, async () => {
      const { results } = await browser.json<SessionView>("GET", `api/sessions/${session.id}`);
      const waiting = results.find(({ number }) => number === 3);
      return waiting?.state === "queued" && /sleep/.test(waiting.waitsFor ?? "") ? true : undefined;
    });
    const cancel = `${page}/steps/${actions[3]?.step ?? ""}/cancel`;
    expect((await browser.call("POST", cancel)).status).toBe(204);
    expect((await browser.outcome(session, 1)).state).toBe("succeeded");
    const { results } = await browser.json<SessionView>("GET", `api/sessions/${session.id}`);
    const takenBack = results.find(({ number }) => number === 3);
    expect(takenBack?.state === undefined || takenBack.state === "idle").toBe(true);
  });

  it("lists what the terminals of its sessions show, and prints it as asciicast", async () => {
    const session = await browser.startLab("slow-steps");
    await browser.run(session, 0);
    expect((await browser.outcome(session, 0)).state).toBe("succeeded");
    const listed = await runCli(["recording", "list", "--data", data]);
    const name = new RegExp(`^${session.id} +1 .* (1--\\d+\\.cast)$`, "m").exec(listed.output)?.[1];
    expect([listed.status, name]).toEqual([0, expect.any(String)]);
    const printed = await runCli(["recording", "print", session.id, name ?? "", "--data", data]);
    const [head = "", ...events] = printed.output.trim().split("\n");
    expect([printed.status, JSON.parse(head)]).toEqual([0, expect.objectContaining({ version: 2 })]);
    expect(events.map((line) => (JSON.parse(line) as string[])[2]).join("")).toContain("started");
    const missing = await runCli(["recording", "print", session.id, "no--1.cast", "--data", data]);
    expect([missing.status, missing.output]).toEqual([1, expect.stringContaining("no--1.cast")]);
  });

  it("shows a page as its author saved it last", async () => {
    const session = await browser.startLab("slow-steps");
    const path = `api/sessions/${session.id}/pages/${session.currentPage}`;
    expect((await browser.json<PageView>("GET", path)).html).not.toContain("Saved just now");
    appendFileSync(lab, "\nSaved just now.\n");
    await until("the page is as it was saved", 60_000, async () =>
      (await browser.json<PageView>("GET", path)).html.includes("Saved just now") ? true : undefined,
    );
  });

  it("offers a browser its unfinished session, and another browser only with the link", async () => {
    const own = new BrowserSession(lectern.url);
    const session = await own.startLab("slow-steps");
    expect(await resume(own)).toBe(session.id);
    const other = new BrowserSession(lectern.url);
    expect(await resume(other)).toBeUndefined();
    const created = await runCli([
      "session",
      "create",
      "--data",
      data,
      "--lab",
      "slow-steps",
      "--prefix",
      "team",
    ]);
    const [, id = "", link = ""] = /(team-\w+)\s+(http\S+)/.exec(created.output) ?? [];
    expect((await other.open(link)).status).toBe(204);
    expect((await other.call("GET", `api/sessions/${id}`)).status).toBe(200);
    expect((await own.call("GET", `api/sessions/${id}`)).status).toBe(401);
  });

  it("lets instructors list, extend and end sessions from the command line", async () => {
    const { id, expiresAt } = await new BrowserSession(lectern.url).startLab("slow-steps");
    expect((await runCli(["session", "list", "--data", data])).output).toMatch(
      new RegExp(`${id}\\s+slow-steps\\s+Active`),
    );
    const extended = await runCli(["session", "extend", id, "--minutes", "10", "--data", data]);
    expect(extended.output).toContain(new Date(Date.parse(expiresAt) + 600_000).toISOString());
    expect((await runCli(["session", "end", id, "--data", data])).status).toBe(0);
    await until("its home is gone", 60_000, () => (existsSync(homeOf(data, id)) ? undefined : true));
    expect((await runCli(["session", "end", id, "--data", data])).output).toContain("SERVER_REFUSED");
  });
});

describe("the events of a session", () => {
  it("begin with the session as it is, follow its steps, and end with the session", async () => {
    const session = await browser.startLab("slow-steps");
    const seen: SessionEvent[] = [];
    const stop = await browser.events(`api/sessions/${session.id}/events`, (event) =>
      seen.push(event as SessionEvent),
    );
    await until("the session is told", 60_000, () => (seen.length > 0 ? true : undefined));
    expect(seen[0]).toMatchObject({ type: "session", session: { id: session.id, phase: "Active" } });
    await browser.run(session, 3);
    await until("the step has failed", 60_000, () =>
      seen.some(
        (event) => event.type === "step" && event.result.number === 3 && event.result.state === "failed",
      )
        ? true
        : undefined,
    );
    await browser.json("DELETE", `api/sessions/${session.id}`);
    const last = await until("the session has ended", 60_000, () =>
      seen.find((event) => event.type === "session" && event.session.phase === "Ended"),
    );
    expect(last).toMatchObject({
      session: { reason: "It was ended.", results: [{ number: 3, state: "failed" }] },
    });
    stop();
  });

  it("tell instructors how sessions are kept apart, and nobody else", async () => {
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
    const { measures } = await instructor.json<ConfinementView>("GET", "api/instructor/confinement");
    const subjects = "files kernel network memory processes cpu home".split(" ");
    expect(measures.map(({ subject }) => subject)).toEqual(expect.arrayContaining(subjects));
    for (const { text } of measures) expect(text).not.toBe("");
    expect((await browser.call("GET", "api/instructor/confinement")).status).toBe(401);
  });

  it("show instructors how far everybody is", async () => {
    const instructor = new BrowserSession(lectern.url);
    await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
    const seen: InstructorEvent[] = [];
    const stop = await instructor.events("api/instructor/events", (event) =>
      seen.push(event as InstructorEvent),
    );
    const session = await browser.startLab("slow-steps");
    await browser.run(session, 0);
    const row = await until("the step counts as done", 60_000, () =>
      seen
        .flatMap((event) => ("rows" in event ? event.rows : []))
        .find(({ id, stepsDone }) => id === session.id && stepsDone === 1),
    );
    expect(row).toMatchObject({
      lab: "slow-steps",
      phase: "Active",
      pageNumber: 1,
      pages: 1,
      steps: 4,
      stepsFailed: 0,
    });
    stop();
  });
});

describe("a second start", () => {
  it("is refused while the first lives, and says where that is", async () => {
    const { status, output } = await runCli(["serve", "--port", "0", "--data", data, "--lab", lab]);
    expect(status).not.toBe(0);
    expect(output).toContain("SERVER_DATA_DIR_IN_USE");
    expect(output).toContain(lectern.url);
  });

  it("is refused where the port is taken, naming port and flag", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const { status, output } = await runCli([
      "serve",
      "--port",
      String(port),
      "--data",
      join(folder.path, "other"),
      "--lab",
      lab,
    ]);
    other.close();
    expect(status).toBe(1);
    expect(output).toContain(`Port ${String(port)} on 127.0.0.1 is in use`);
    expect(output).toContain("--port");
    expect(processesOf(join(folder.path, "other"))).toEqual([]);
  });

  it("finds the sessions of the first, with homes and progress, after Ctrl-C ended everything in seconds", async () => {
    const session = await browser.startLab("slow-steps");
    await browser.run(session, 0);
    await browser.outcome(session, 0);
    expect(await lectern.stop("SIGINT")).toBeLessThan(STOP_LIMIT_MS * crowdingBesideTests());
    expect(processesOf(data)).toEqual([]);
    lectern = await startLectern(data, ["--lab", lab]);
    expect(lectern.output()).toContain(join(data, "instructor-token"));
    expect(lectern.output()).not.toContain(instructorToken(data));
    const again = new BrowserSession(lectern.url);
    for (const [name, value] of browser.cookies) again.cookies.set(name, value);
    again.pageKey = browser.pageKey;
    browser = again;
    const view = await browser.json<SessionView>("GET", `api/sessions/${session.id}`);
    expect(view.phase).toBe("Active");
    expect(view.results.map(({ number, state }) => [number, state])).toEqual([[0, "succeeded"]]);
    await browser.run(session, 2);
    expect((await browser.outcome(session, 2)).state).toBe("succeeded");
  });
});

/** What the server counts, asked for as a scraper is told to: with the instructor's token. */
async function figures(): Promise<string> {
  const authorization = `Bearer ${instructorToken(data)}`;
  return (await browser.call("GET", "metrics", undefined, { authorization, cookie: "" })).text;
}

async function resume(from: BrowserSession): Promise<string | undefined> {
  return (await from.json<LabSummary[]>("GET", "api/labs"))[0]?.resume?.session;
}
