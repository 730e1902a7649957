import { utimesSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionSpec } from "../../terminal/common/session-host.js";
import type { Lab } from "../../workshop/common/lab.js";
import { type SessionResource, openedAtOf } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { claimSession, discardSession, isFree, madeOf } from "../../workshop/node/pooled-session.js";
import { SessionProvisioner } from "../../workshop/node/session-provisioner.js";
import { createSession, getSession } from "../../workshop/node/sessions.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const page = new URL("./testdata/one-page.md", import.meta.url).pathname;
let platform: TestPlatform;
let lab: Lab;

beforeAll(async () => {
  platform = await startTestPlatform();
  lab = await loadLab(page);
});
afterAll(() => platform.close());

describe("a session that is ready for whoever asks", () => {
  it("has everything but access to the cluster, and gets that with whom it is handed to", async () => {
    const ready = await makeReady();
    const { name } = ready.metadata;
    expect(ready.status?.phase).toBe("Ready");
    expect(openedAtOf(ready)).toBeUndefined();
    const secrets = `/api/v1/namespaces/${name}/secrets`;
    expect((await platform.client.get<{ items: object[] }>(secrets)).items).toEqual([]);
    await expect(platform.host.read(name, ".kube/config")).rejects.toMatchObject({
      code: "TERMINAL_FILE_UNUSABLE",
    });
    const claimed = await claimSession(platform.client, ready, { startedBy: "learner", minutes: 7 });
    const active = await platform.provisioner.complete(claimed!);
    expect(active.status?.phase).toBe("Active");
    const leftMs = Date.parse(active.spec.expiresAt) - Date.now();
    expect([active.spec.minutes, leftMs > 6 * 60_000, leftMs <= 7 * 60_000]).toEqual([7, true, true]);
    expect(Date.now() - Date.parse(openedAtOf(active) ?? "")).toBeLessThan(30_000);
    const result = await platform.host.exec(name, {
      argv: ["kubectl", "auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"],
      timeoutMs: 30_000,
    });
    expect(Buffer.from(result.stdout).toString()).toBe(`system:serviceaccount:${name}:learner`);
  });

  it("handed to an instructor waits for its link to be opened", async () => {
    const ready = await makeReady();
    const claimed = await claimSession(platform.client, ready, { startedBy: "instructor" });
    const active = await platform.provisioner.complete(claimed!);
    expect([active.status?.phase, openedAtOf(active), active.spec.minutes]).toEqual([
      "Active",
      undefined,
      60,
    ]);
    expect(Date.parse(active.spec.expiresAt) - Date.now()).toBeGreaterThan(48 * 3600 * 1000);
  });

  it("is given to one only, of 20 who ask at the same moment, also by what they knew of it before", async () => {
    const ready = await makeReady();
    const older = { ...ready, metadata: { ...ready.metadata, resourceVersion: "1" } };
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        claimSession(platform.client, at % 2 ? ready : older, { startedBy: "learner", minutes: at + 1 }),
      ),
    );
    const got = claims.filter((claim) => claim !== undefined);
    expect(got).toHaveLength(1);
    const { spec } = await getSession(platform.client, ready.metadata.name);
    expect(spec.minutes).toBe(got[0]?.spec.minutes);
  });

  it("is not handed out while it is made, after it has ended, or when it is about to end", async () => {
    const pending = await createSession(platform.client, lab, { startedBy: "pool", madeOf: "x" });
    expect(await claimSession(platform.client, pending, { startedBy: "learner" })).toBeUndefined();
    const ready = await makeReady();
    const soon = { spec: { expiresAt: new Date(Date.now() + 30_000).toISOString() } };
    const path = `/apis/lectern.dev/v1alpha1/sessions/${ready.metadata.name}`;
    const ending = await platform.client.merge<SessionResource>(path, soon);
    expect([isFree(ready), isFree(ending)]).toEqual([true, false]);
    expect(await claimSession(platform.client, ending, { startedBy: "learner" })).toBeUndefined();
    await platform.provisioner.end(ending);
    expect(await claimSession(platform.client, ready, { startedBy: "learner" })).toBeUndefined();
  });

  it("is not taken away from whom it was given to meanwhile", async () => {
    const ready = await makeReady();
    const known = await getSession(platform.client, ready.metadata.name);
    await claimSession(platform.client, ready, { startedBy: "learner" });
    await discardSession(platform.client, known);
    const found = await getSession(platform.client, ready.metadata.name);
    expect(found.metadata.deletionTimestamp).toBeUndefined();
    await discardSession(platform.client, found);
    expect((await getSession(platform.client, ready.metadata.name)).metadata.deletionTimestamp).toBeDefined();
  });
});

it("knows another lab by its text, its files and where Lectern is reached, and not by how many are to be ready", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lectern-made-of-"));
  try {
    await mkdir(join(folder, "pages"));
    await mkdir(join(folder, "files", "deep"), { recursive: true });
    writeFileSync(join(folder, "workshop.yaml"), "title: One\n");
    writeFileSync(join(folder, "pages", "a.md"), "# A\n");
    writeFileSync(join(folder, "files", "deep", "a"), "a");
    const made = async (settings = platform.settings) =>
      madeOf(await loadLab(folder), platform.client, settings);
    const first = await made();
    expect(await made()).toBe(first);
    writeFileSync(join(folder, "workshop.yaml"), "title: One\npool: {ready: 3}\n");
    expect(await made()).toBe(first);
    expect(await made({ ...platform.settings, ingressDomain: "labs.example.org" })).not.toBe(first);
    utimesSync(join(folder, "files", "deep", "a"), 1, 1);
    const second = await made();
    writeFileSync(join(folder, "pages", "a.md"), "# B\n");
    expect(new Set([first, second, await made()]).size).toBe(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("that takes too long to be made fails with what held it up, and leaves its place to others", async () => {
  // The real host answers; a machine that holds up one program for minutes cannot be had.
  const host = { ...platform.host, prepare: () => new Promise<void>(() => undefined) };
  const slow = new SessionProvisioner({
    client: platform.client,
    policies: platform.policies.service,
    host,
    settings: platform.settings,
    // Time enough on a busy machine for what comes before.
    limitMs: 10_000,
  });
  const session = await createSession(platform.client, lab, { startedBy: "learner" });
  await expect(slow.provision(session, lab)).rejects.toMatchObject({
    code: "SESSION_PROVISIONING_FAILED",
    message: expect.stringMatching(/it takes longer than 10 s: Lay out the files/) as string,
  });
  const failed = await getSession(platform.client, session.metadata.name);
  expect([failed.status?.phase, failed.status?.reason]).toEqual([
    "Failed",
    expect.stringContaining("Lay out the files"),
  ]);
});

it("that waits for a node with room says so meanwhile, and gives way to others", async () => {
  const why = "no node has room for it: 0/1 nodes are available: 1 Insufficient cpu.";
  // The word of a pod's host; nodes that are full are those of `bench/pods`.
  const prepare = (_name: string, { onWait }: SessionSpec) => {
    onWait?.(why);
    return Promise.reject(new Error(`The pod does not run: ${why}`));
  };
  const { client, settings } = platform;
  const policies = platform.policies.service;
  const full = new SessionProvisioner({ client, policies, host: { ...platform.host, prepare }, settings });
  const session = await createSession(client, lab, { startedBy: "learner" });
  const [said, ways]: [Set<string>, unknown[]] = [new Set(), []];
  const onProgress = ({ status }: SessionResource) =>
    status?.provisioning?.forEach(({ state, message }) => said.add(`${state} ${message ?? ""}`));
  const making = full.provision(session, lab, { onProgress, onWait: () => ways.push(true) });
  await expect(making).rejects.toThrow(`could not be made: The pod does not run: ${why}`);
  expect([said.has(`running ${why}`), ways]).toEqual([true, [true]]);
});

async function makeReady(): Promise<SessionResource> {
  const session = await createSession(platform.client, lab, { startedBy: "pool", madeOf: "x" });
  await platform.provisioner.provision(session, lab, { isPooled: true });
  return getSession(platform.client, session.metadata.name);
}
