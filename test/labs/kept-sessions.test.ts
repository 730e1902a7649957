import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import { createSession, endSession } from "../../workshop/node/sessions.js";
import { startTestPlatform, type TestPlatform } from "./test-platform.js";

const SESSIONS = "/apis/lectern.dev/v1alpha1/sessions";
let platform: TestPlatform;
let forgotten: string[];
let stopController: (() => void) | undefined;

beforeEach(async () => {
  platform = await startTestPlatform();
  forgotten = [];
});
afterEach(async () => {
  stopController?.();
  await platform.close();
});

async function startSession(): Promise<SessionResource> {
  const lab = await loadLab(new URL("./testdata/one-page.md", import.meta.url).pathname);
  const pending = await createSession(platform.client, lab, { startedBy: "learner" });
  return platform.provisioner.provision(pending, lab);
}

async function startController(forget?: (name: string) => Promise<void>): Promise<void> {
  const { client, host } = platform;
  const policies = platform.policies.service;
  const parts = {
    client,
    host,
    policies,
    forget: forget ?? (async (name: string) => void forgotten.push(name)),
  };
  stopController = await startSessionController(parts);
}

describe("what a session has on its server's machine", () => {
  it("stays where the cluster does not know the session: nobody decided to end it", async () => {
    const session = await startSession();
    const { name } = session.metadata;
    await platform.host.write(name, { path: "work", content: "of an hour" });
    // As in a cluster that is another one, or was made anew: the object is not there, and was never deleted.
    await platform.client.merge(`${SESSIONS}/${name}`, { metadata: { finalizers: null } });
    await platform.client.remove(`${SESSIONS}/${name}`);
    await startController();
    await sleep(3_000);
    expect(Buffer.from(await platform.host.read(name, "work")).toString()).toBe("of an hour");
    expect(forgotten).toEqual([]);
  });

  it("also stays where the cluster forgets the session while it is watched", async () => {
    const { name } = (await startSession()).metadata;
    await startController();
    await platform.client.merge(`${SESSIONS}/${name}`, { metadata: { finalizers: null } });
    await platform.client.remove(`${SESSIONS}/${name}`);
    const watched = await startSession();
    await platform.client.merge(`${SESSIONS}/${watched.metadata.name}`, {
      spec: { expiresAt: new Date().toISOString() },
    });
    await expect.poll(() => forgotten).toEqual([watched.metadata.name]);
    expect(await platform.host.sessions()).toEqual([name]);
  });

  it("goes where it was ended while no server looked, and only then is the session gone", async () => {
    const session = await startSession();
    const { name } = session.metadata;
    await endSession(platform.client, session);
    expect(await platform.client.get(`${SESSIONS}/${name}`)).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) as string },
    });
    expect(await platform.host.sessions()).toEqual([name]);
    await startController();
    await expect.poll(() => platform.host.sessions()).toEqual([]);
    await expect
      .poll(() =>
        platform.client.get(`${SESSIONS}/${name}`).catch((error: { status: number }) => error.status),
      )
      .toBe(404);
    expect(forgotten).toEqual([name]);
  });

  it("is asked for again where it could not be taken away", async () => {
    let tried = 0;
    await startController(async (name) => {
      tried += 1;
      if (tried === 1) throw new Error("the disk is full");
      forgotten.push(name);
    });
    const session = await startSession();
    await endSession(platform.client, session);
    await expect.poll(() => forgotten).toEqual([session.metadata.name]);
    expect(tried).toBe(2);
  });
});
