import { expect, it } from "vitest";
import type { SessionPhase } from "../../workshop/common/api.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { createSessionCache } from "./session-cache.js";
import { createSessionLookup } from "./session-lookup.js";

it("takes what the cluster says although something older was heard of meanwhile", async () => {
  const { cache, lookup, asked } = prepare();
  cache.put(session("1", "Pending"));
  const known = lookup.lookUp("s1");
  cache.put(session("2", "Pending"));
  asked[0]?.(session("3", "Active"));
  await known;
  expect(cache.get("s1")?.status?.phase).toBe("Active");
});

it("brings back no session that has gone meanwhile, and takes none for another of its name", async () => {
  const { cache, lookup, asked } = prepare();
  for (const meanwhile of [() => undefined, () => cache.put(session("9", "Pending", "another"))]) {
    cache.put(session("1", "Pending"));
    const known = lookup.lookUp("s1");
    cache.remove("s1");
    meanwhile();
    asked.pop()?.(session("3", "Active"));
    await known;
    expect(cache.get("s1")?.status?.phase).not.toBe("Active");
  }
});

it("asks once more for all who came while it was asked", async () => {
  const { cache, lookup, asked } = prepare();
  cache.put(session("1", "Active"));
  await lookup.lookUp("s1");
  expect(asked).toHaveLength(0);
  const first = lookup.refresh("s1");
  const others = [lookup.refresh("s1"), lookup.refresh("s1")];
  asked[0]?.(session("2", "Active"));
  await first;
  await expect.poll(() => asked.length).toBe(2);
  asked[1]?.(session("3", "Failed"));
  await Promise.all(others);
  expect([asked.length, cache.get("s1")?.status?.phase]).toEqual([2, "Failed"]);
});

it("asks for few names at once that it does not know, and for each that it does", async () => {
  const { cache, lookup, asked } = prepare();
  const strangers = Array.from({ length: 100 }, (_, at) => lookup.lookUp(`nobody-${String(at)}`));
  cache.put(session("1", "Pending"));
  const known = lookup.lookUp("s1");
  expect(asked).toHaveLength(33);
  for (const answer of asked) answer(session("2", "Active", "other"));
  await Promise.all([...strangers, known]);
});

/** A lookup whose questions are answered by hand, in the order they were asked. */
function prepare() {
  const cache = createSessionCache();
  const asked: ((answer: SessionResource) => void)[] = [];
  const get = () => new Promise((resolve) => asked.push(resolve));
  const labs = { get: () => undefined, has: () => true };
  const parts = { cache, client: { get }, settings: {}, labs, lookForLab: () => Promise.resolve() };
  const lookup = createSessionLookup(parts as unknown as Parameters<typeof createSessionLookup>[0]);
  return { cache, lookup, asked };
}

function session(resourceVersion: string, phase: SessionPhase, uid = "one"): SessionResource {
  return {
    metadata: { name: "s1", uid, resourceVersion },
    spec: { startedBy: "learner", lab: "one" },
    status: { phase, provisioning: [] },
  } as unknown as SessionResource;
}
