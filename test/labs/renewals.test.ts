import { afterAll, beforeAll, expect, it } from "vitest";
import { announce } from "../../workshop/common/announcement.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { changeSession } from "../../workshop/node/change-session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { issueToken, revokeTokens } from "../../workshop/node/session-access.js";
import { extendSession, pauseSession } from "../../workshop/node/session-time.js";
import { createSession, followCluster } from "../../workshop/node/sessions.js";
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
    ...[10, 20, 30].map((minutes) => extendSession(platform, name, { minutes })),
    followCluster(platform, name),
  ]);
  const extended = await extendSession(platform, name, { minutes: 1 });
  expect(Date.parse(extended.spec.expiresAt) - Date.parse(session.spec.expiresAt)).toBe(61 * 60_000);
  const { exitStatus, stderr } = await platform.host.exec(name, { argv: ["kubectl", "get", "pods"] });
  expect([exitStatus, Buffer.from(stderr).toString()]).toEqual([0, expect.stringContaining("No resources")]);
  expect(await tokens()).toHaveLength(1);
});

it.each(["extended", "paused"])(
  "a session that is %s takes back what it said of its end, and no newer message",
  async (how) => {
    const at = new Date().toISOString();
    const told = (text: string, said = {}) =>
      changeSession(platform.client, name, announce({ id: `${how}: ${text}`, text, at, ...said }));
    const change = (parts: typeof platform) =>
      how === "extended"
        ? extendSession(parts, name, { minutes: 10 })
        : pauseSession(parts, name, Date.now() + 3_600_000);
    await told("It ends in 5 min", { tellsEnd: true });
    const exec: typeof platform.host.exec = async (...words) => {
      await told("Look at this");
      return platform.host.exec(...words);
    };
    const changed = await change({ ...platform, host: { ...platform.host, exec } });
    expect(changed.spec.announcement).toEqual({ id: `${how}: Look at this`, text: "Look at this", at });
    await told("It ends in 5 min", { tellsEnd: true });
    const again =
      how === "extended"
        ? extendSession(platform, name, { minutes: 10 })
        : pauseSession(platform, name, undefined);
    expect((await again).spec.announcement).toBeUndefined();
  },
);

it("tokens that are issued at the same moment are each one of their own", async () => {
  const before = await tokens();
  const issued = await Promise.all(Array.from({ length: 5 }, () => issueToken(platform.client, session)));
  const secrets = issued.map(({ secret }) => secret);
  expect(new Set([...before, ...secrets]).size).toBe(before.length + 5);
  await revokeTokens(platform.client, session, secrets);
  expect(await tokens()).toEqual(before);
});

it("leaves no token behind where its machine cannot be asked", async () => {
  const before = await tokens();
  await platform.host.close(name);
  await expect(extendSession(platform, name, { minutes: 30 })).rejects.toThrow();
  expect(await tokens()).toEqual(before);
});

async function tokens(): Promise<string[]> {
  const path = `/api/v1/namespaces/${session.spec.namespace}/secrets`;
  const { items } = await platform.client.get<{ items: { metadata: { name: string } }[] }>(path);
  return items.map(({ metadata }) => metadata.name);
}
