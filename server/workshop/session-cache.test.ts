import { expect, it } from "vitest";
import type { SessionPhase } from "../../workshop/common/api.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { createSessionCache } from "./session-cache.js";

it("does not go back to what was on its way before", () => {
  const cache = createSessionCache();
  const told: string[] = [];
  cache.onChange((name) => told.push(name));
  cache.put(session("9", "Active"));
  cache.put(session("8", "Pending"));
  expect([cache.get("s1")?.status?.phase, cache.phases().get("Active"), told]).toEqual(["Active", 1, ["s1"]]);
  cache.put(session("10", "Failed"));
  expect(cache.get("s1")?.status?.phase).toBe("Failed");
});

it("takes another session of the same name, whatever its version, and versions that are no numbers", () => {
  const cache = createSessionCache();
  cache.put(session("9", "Active"));
  cache.put(session("3", "Pending", "another"));
  expect(cache.get("s1")?.metadata.uid).toBe("another");
  cache.put(session("v2", "Active", "another"));
  expect(cache.get("s1")?.status?.phase).toBe("Active");
});

function session(resourceVersion: string, phase: SessionPhase, uid = "one"): SessionResource {
  return {
    metadata: { name: "s1", uid, resourceVersion },
    spec: { startedBy: "learner" },
    status: { phase, provisioning: [] },
  } as unknown as SessionResource;
}
