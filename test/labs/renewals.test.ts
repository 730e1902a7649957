import { afterAll, beforeAll, expect, it } from "vitest";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { createSession, extendSession, followCluster } from "../../workshop/node/sessions.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const page = new URL("./testdata/one-page.md", import.meta.url).pathname;
let platform: TestPlatform;
let session: SessionResource;
let name: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  const lab = await loadLab(page);
  const pending = await createSession(platform.client, lab, { startedBy: "learner" });
  session = await platform.provisioner.provision(pending, lab);
  ({ name } = session.metadata);
});

afterAll(() => platform?.close());

it("a session that is extended several times at once has all that time, and a token that is good", async () => {
  await Promise.all([
    ...[10, 20, 30].map((minutes) => extendSession(platform, name, minutes)),
    followCluster(platform, name),
  ]);
  const extended = await extendSession(platform, name, 1);
  expect(Date.parse(extended.spec.expiresAt) - Date.parse(session.spec.expiresAt)).toBe(61 * 60_000);
  const { exitStatus, stderr } = await platform.host.exec(name, { argv: ["kubectl", "get", "pods"] });
  expect([exitStatus, Buffer.from(stderr).toString()]).toEqual([0, expect.stringContaining("No resources")]);
  expect(await tokens()).toHaveLength(1);
});

it("leaves no token behind where its machine cannot be asked", async () => {
  const before = await tokens();
  await platform.host.close(name);
  await expect(extendSession(platform, name, 30)).rejects.toThrow();
  expect(await tokens()).toEqual(before);
});

async function tokens(): Promise<string[]> {
  const path = `/api/v1/namespaces/${session.spec.namespace}/secrets`;
  const { items } = await platform.client.get<{ items: { metadata: { name: string } }[] }>(path);
  return items.map(({ metadata }) => metadata.name);
}
