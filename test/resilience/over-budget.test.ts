import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionView } from "../../workshop/common/api.js";
import type { InstructorRow } from "../../workshop/common/instructor-api.js";
import { BrowserSession, instructorToken } from "../server/browser-session.js";
import {
  type LecternProcess,
  homeOf,
  runCli,
  startLectern,
  temporaryFolder,
  until,
} from "../server/lectern-process.js";

const LATER = { timeout: 60_000 };
/** The budget small gives one processor: room for one of them. */
const WORKSHOP = `title: Greedy
budget: small
layout: default
objects:
${["greedy-1", "greedy-2"].map(podOf).join("")}`;
const SENTENCE =
  /The cluster refuses the lab's Pod greedy-2: .*exceeded quota: learner, requested: .*cpu=600m/;

const folder = temporaryFolder();
const data = join(folder.path, "data");
const lab = join(folder.path, "greedy");
let lectern: LecternProcess;

beforeAll(async () => {
  mkdirSync(join(lab, "pages"), { recursive: true });
  writeFileSync(join(lab, "workshop.yaml"), WORKSHOP);
  writeFileSync(join(lab, "pages", "a.md"), "# Greedy\n");
  lectern = await startLectern(data, ["--lab", lab]);
});
afterAll(async () => {
  await lectern?.stop();
  folder.remove();
});

it("says to learner and instructor what of a lab its budget does not allow, and leaves nothing half made", async () => {
  const learner = new BrowserSession(lectern.url);
  const { id } = await learner.json<SessionView>("POST", "api/sessions", { lab: "greedy" });
  const view = await until("the session has failed", LATER.timeout, async () => {
    const now = await learner.json<SessionView>("GET", `api/sessions/${id}`);
    return now.phase === "Failed" ? now : undefined;
  });
  expect(view.reason).toMatch(SENTENCE);
  const instructor = new BrowserSession(lectern.url);
  await instructor.json("POST", "api/instructor/login", { token: instructorToken(data) });
  const rows = await instructor.json<InstructorRow[]>("GET", "api/instructor/sessions");
  expect(rows.find((row) => row.id === id)?.reason).toMatch(SENTENCE);
  await expect.poll(() => kubectl("get", "namespaces", "--output=name"), LATER).not.toContain(id);
  await expect.poll(() => existsSync(homeOf(data, id)), LATER).toBe(false);
});

it("says so to the author, too", { timeout: 300_000 }, async () => {
  const { status, output } = await runCli(["validate", lab]);
  expect(status).not.toBe(0);
  expect(output).toMatch(SENTENCE);
});

function podOf(name: string): string {
  const amount = "{cpu: 600m, memory: 64Mi}";
  const container = `{name: main, image: "busybox:1.36", resources: {requests: ${amount}, limits: ${amount}}}`;
  return `  - {apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [${container}]}}\n`;
}

async function kubectl(...words: string[]): Promise<string> {
  const given = ["--kubeconfig", join(data, "cluster", "kubeconfig"), ...words];
  return (await promisify(execFile)("kubectl", given, { timeout: 60_000 })).stdout;
}
