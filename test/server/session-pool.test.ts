import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { WebSocket } from "ws";
import type { SessionView } from "../../workshop/common/api.js";
import type { InstructorRow, PoolView, SessionLink } from "../../workshop/common/instructor-api.js";
import { BrowserSession, serverPid, typeAndSee } from "./browser-session.js";
import { startInstructed } from "./instructed-server.js";
import { type LecternProcess, homeOf, temporaryFolder, until } from "./lectern-process.js";

const folder = temporaryFolder();
const data = join(folder.path, "data");
const lab = join(folder.path, "pooled");
const UNAVAILABLE = "elsewhere";
let lectern: LecternProcess;
let instructor: BrowserSession;

beforeAll(async () => {
  mkdirSync(join(lab, "pages"), { recursive: true });
  mkdirSync(join(lab, "files"));
  writeFileSync(
    join(lab, "workshop.yaml"),
    "title: Pooled\nminutes: 30\nlayout: default\npool: {ready: 2}\n",
  );
  writeFileSync(join(lab, "pages", "a.md"), "# Pooled\n");
  writeFileSync(join(lab, "files", "version"), "first");
  ({ lectern, instructor } = await startInstructed(data, ["--lab", writeUnavailableLab(), "--lab", lab]));
});
afterAll(async () => {
  await lectern.stop();
  folder.remove();
});

it("keeps as many ready as the lab says, shown to instructors, and nobody's session", async () => {
  await allReady();
  expect(await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions")).toEqual([]);
  const { text } = await instructor.call("GET", "metrics");
  expect(text).toContain('lectern_sessions{phase="Ready"} 2');
});

it("makes none of a lab that cannot be done here, and says why", async () => {
  await allReady();
  const pools = await instructor.json<PoolView[]>("GET", "api/instructor/pools");
  expect(pools.find((pool) => pool.lab === UNAVAILABLE)).toMatchObject({
    wanted: 2,
    ready: 0,
    problem: expect.stringMatching(/^None is made: This lab's pods really run postgres:16/),
  });
  const names = await sessionNames();
  expect(names.some((name) => name.startsWith("pooled-"))).toBe(true);
  expect(names.filter((name) => name.startsWith(UNAVAILABLE))).toEqual([]);
});

it("hands one out at once, with access and its whole time, and makes another", async () => {
  await allReady();
  const browser = new BrowserSession(lectern.url);
  const session = await browser.json<SessionView>("POST", "api/sessions", { lab: "pooled" });
  expect(session.phase).toBe("Active");
  const minutes = (Date.parse(session.expiresAt) - Date.now()) / 60_000;
  expect([minutes > 29, minutes <= 30, session.openedAt !== undefined]).toEqual([true, true, true]);
  const socket = (await browser.socket(session.id, await browser.ticket(session.id))) as WebSocket;
  await typeAndSee(
    socket,
    "kubectl create configmap mine; cat version\r",
    /configmap\/mine created[^]*first/,
    30_000,
  );
  socket.terminate();
  const rows = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
  expect(rows.map(({ id, phase }) => [id, phase])).toEqual([[session.id, "Active"]]);
  await allReady();
});

it("gives no two people the same, when more ask at once than are ready", async () => {
  await allReady();
  const browsers = Array.from({ length: 6 }, () => new BrowserSession(lectern.url));
  const [links, ...sessions] = await Promise.all([
    instructor.json<SessionLink[]>("POST", "api/instructor/sessions", { lab: "pooled", count: 4 }),
    ...browsers.map((browser) => browser.startLab("pooled")),
  ]);
  expect(new Set([...links, ...sessions].map(({ id }) => id)).size).toBe(10);
  await until("those of the instructor are made", 60_000, async () => {
    const rows = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
    const made = links.filter(({ id }) => rows.some((row) => row.id === id && row.phase === "Active"));
    return made.length === links.length ? true : undefined;
  });
  await allReady();
});

it("has none of an older lab: those that wait are made anew when its author changes a file", async () => {
  await allReady();
  writeFileSync(join(lab, "files", "version"), "second");
  const session = await until("a session of the lab as it is now is ready", 60_000, async () => {
    await allReady();
    const browser = new BrowserSession(lectern.url);
    const started = await browser.startLab("pooled");
    return readFileSync(join(homeOf(data, started.id), "version"), "utf8") === "second" ? started : undefined;
  });
  expect(session.phase).toBe("Active");
});

it("is as large as before once the server was killed, and hands out none that was half made", async () => {
  await allReady();
  const pid = serverPid(data);
  process.kill(pid, "SIGKILL");
  await until("another server answers", 60_000, () => (serverPid(data) === pid ? undefined : true));
  await until("all are ready", 60_000, async () => {
    const answer = await instructor.call("GET", "api/instructor/pools").catch(() => undefined);
    return answer?.status === 200 && isFull(JSON.parse(answer.text) as PoolView[]) ? true : undefined;
  });
  const browser = new BrowserSession(lectern.url);
  expect((await browser.startLab("pooled")).phase).toBe("Active");
});

it("is given up when the lab wants none", async () => {
  writeFileSync(join(lab, "workshop.yaml"), "title: Pooled\nminutes: 30\nlayout: default\n");
  await until("none is ready", 60_000, async () => {
    const { text } = await instructor.call("GET", "metrics");
    return /lectern_sessions\{phase="Ready"\} [1-9]/.test(text) ? undefined : true;
  });
  const pools = await instructor.json<PoolView[]>("GET", "api/instructor/pools");
  expect(pools.map((pool) => pool.lab)).toEqual([UNAVAILABLE]);
});

async function allReady(): Promise<void> {
  await until("all are ready", 60_000, async () => {
    const pools = await instructor.json<PoolView[]>("GET", "api/instructor/pools");
    return isFull(pools) ? true : undefined;
  });
}

function isFull(pools: readonly PoolView[]): boolean {
  return pools.some((pool) => pool.lab === "pooled" && pool.ready === 2 && pool.wanted === 2);
}

/** It stands before the other, so that whoever finds that one's sessions ready knows that this one was looked at. */
function writeUnavailableLab(): string {
  const path = join(folder.path, UNAVAILABLE);
  mkdirSync(join(path, "pages"), { recursive: true });
  const yaml = "title: Elsewhere\nlayout: default\nimages: [postgres:16]\npool: {ready: 2}\n";
  writeFileSync(join(path, "workshop.yaml"), yaml);
  writeFileSync(join(path, "pages", "a.md"), "# Elsewhere\n");
  return path;
}

async function sessionNames(): Promise<string[]> {
  const words = [
    "--kubeconfig",
    join(data, "cluster", "kubeconfig"),
    "get",
    "sessions",
    "--output=jsonpath={.items[*].metadata.name}",
  ];
  return (await promisify(execFile)("kubectl", words, { timeout: 60_000 })).stdout.trim().split(" ");
}
