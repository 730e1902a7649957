import { afterAll, beforeAll, expect, it } from "vitest";
import { loadLab } from "../../workshop/node/load-lab.js";
import { createSession, endSession, getSession } from "../../workshop/node/sessions.js";
import { StatusWriter } from "../../workshop/node/status-writer.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { SessionStatus } from "../../workshop/common/session.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(() => platform.close());

it("a status that could not be written does not keep the next one from the cluster", async () => {
  const { client } = platform;
  const lab = await loadLab(new URL("./testdata/one-page.md", import.meta.url).pathname);
  const session = await createSession(client, lab, { name: "status-test", startedBy: "validate" });
  await endSession(client, session);
  const writer = new StatusWriter(client, session);
  writer.write({ phase: "Pending", provisioning: [] });
  await expect(writer.flush()).rejects.toMatchObject({ status: 404 });
  await createSession(client, lab, { name: "status-test", startedBy: "validate" });
  writer.write({ phase: "Active", provisioning: [] });
  await writer.flush();
  expect((await getSession(client, "status-test")).status?.phase).toBe("Active");
});

interface Sent {
  status: SessionStatus;
  at: number;
}

/** What a writer sends, and when, on its way to the cluster. */
function watched({ client }: TestPlatform): { client: Pick<KubernetesClient, "merge">; sent: Sent[] } {
  const sent: Sent[] = [];
  return {
    sent,
    client: {
      merge: (path, body) => {
        sent.push({ ...(body as { status: SessionStatus }), at: performance.now() });
        return client.merge(path, body);
      },
    },
  };
}

it("progress is written with pauses, and what is flushed without", async () => {
  const lab = await loadLab(new URL("./testdata/one-page.md", import.meta.url).pathname);
  const session = await createSession(platform.client, lab, { name: "status-flush", startedBy: "validate" });
  const { client, sent } = watched(platform);
  const writer = new StatusWriter(client, session);
  for (let step = 0; sent.length < 3; step += 1) {
    writer.write({ phase: "Pending", provisioning: [], reason: String(step) });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const pauses = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
  // A timer may end a millisecond early.
  for (const pause of pauses) expect(pause).toBeGreaterThan(900);
  const active: SessionStatus = { phase: "Active", provisioning: [] };
  writer.write(active);
  await writer.flush();
  expect(sent.at(-1)?.status).toEqual(active);
  expect((await getSession(platform.client, "status-flush")).status?.phase).toBe("Active");
});

it("a session that is made before the first pause is over is written once", async () => {
  const lab = await loadLab(new URL("./testdata/one-page.md", import.meta.url).pathname);
  const session = await createSession(platform.client, lab, { name: "status-once", startedBy: "validate" });
  const { client, sent } = watched(platform);
  const writer = new StatusWriter(client, session);
  for (let step = 0; step < 5; step += 1) {
    writer.write({ phase: "Pending", provisioning: [], reason: String(step) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  writer.write({ phase: "Active", provisioning: [] });
  await writer.flush();
  expect(sent.map(({ status }) => status.phase)).toEqual(["Active"]);
});

it("nothing is written once the session is another server's to make", async () => {
  const lab = await loadLab(new URL("./testdata/one-page.md", import.meta.url).pathname);
  const session = await createSession(platform.client, lab, { name: "status-left", startedBy: "validate" });
  const { client, sent } = watched(platform);
  const stop = new AbortController();
  const writer = new StatusWriter(client, session, stop.signal);
  writer.write({ phase: "Pending", provisioning: [] });
  await writer.flush();
  writer.write({ phase: "Active", provisioning: [] });
  stop.abort();
  await writer.flush();
  expect(sent.map(({ status }) => status.phase)).toEqual(["Pending"]);
});
