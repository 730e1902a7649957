import { afterAll, beforeAll, expect, it } from "vitest";
import { loadLab } from "../../workshop/node/load-lab.js";
import { createSession, endSession, getSession } from "../../workshop/node/sessions.js";
import { StatusWriter } from "../../workshop/node/status-writer.js";
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
