import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSessionCache } from "../../server/workshop/session-cache.js";
import { type EndingParts, endSessionOf } from "../../server/workshop/end-session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import { createSession, getSession } from "../../workshop/node/sessions.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const page = new URL("./testdata/one-page.md", import.meta.url).pathname;
const log = pino({ level: "silent" });
let platform: TestPlatform;
let parts: EndingParts;

beforeAll(async () => {
  platform = await startTestPlatform();
  // A server that has heard of no session, beside others that have.
  parts = { ...platform, cache: createSessionCache() } as unknown as EndingParts;
  Object.assign(parts, {
    disk: { state: () => Promise.resolve({ isFull: false }) },
    activity: { forget: () => Promise.resolve() },
    log,
  });
});
afterAll(() => platform?.close());

it("a session that this server has not heard of yet is ended in the cluster, with its home", async () => {
  const lab = await loadLab(page);
  const { server } = platform.settings;
  const pending = await createSession(platform.client, lab, { startedBy: "learner", server });
  const { name } = (await platform.provisioner.provision(pending, lab)).metadata;
  await endSessionOf(parts, name);
  expect((await getSession(platform.client, name)).metadata.deletionTimestamp).toBeDefined();
  const { client, host, policies } = platform;
  const stop = await startSessionController({
    client,
    host,
    policies: policies.service,
    server: server ?? "",
  });
  await expect
    .poll(() =>
      getSession(platform.client, name).then(
        () => undefined,
        (error: unknown) => (error as { code?: string }).code,
      ),
    )
    .toBe("SESSION_NOT_FOUND");
  expect(await platform.host.sessions()).not.toContain(name);
  stop();
});

it("a session of another installation on the cluster is none of this server's", async () => {
  const lab = await loadLab(page);
  const { metadata } = await createSession(platform.client, lab, { startedBy: "learner", server: "another" });
  await expect(endSessionOf(parts, metadata.name)).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
  expect((await getSession(platform.client, metadata.name)).metadata.deletionTimestamp).toBeUndefined();
});
