import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { textAt } from "../api/field-access.js";
import { startTestCluster } from "./cluster-for-tests.js";
import { ManualClock } from "./manual-clock.js";
import { events, namespaces } from "./resource-refs.js";

const MINUTE_MS = 60_000;

it("an event is kept for an hour after it last happened", async () => {
  const clock = new ManualClock();
  const cluster = await startTestCluster({ clock });
  try {
    await cluster.createNamespace("lab");
    await cluster.apply(event("old", clock));
    clock.advance(40 * MINUTE_MS);
    await cluster.apply(event("new", clock));
    clock.advance(25 * MINUTE_MS);
    await cluster.until("the old one gone", () => names().join() === "new");
    const patch = { type: "merge" as const, body: { lastTimestamp: stamp(clock), count: 2 } };
    await cluster.api.patch(events, { namespace: "lab", name: "new" }, patch, { user: cluster.admin });
    clock.advance(40 * MINUTE_MS);
    await sleep(50);
    expect(names()).toEqual(["new"]);
    clock.advance(25 * MINUTE_MS);
    await cluster.until("the new one gone", () => names().length === 0);
  } finally {
    await cluster.stop();
  }

  function names(): string[] {
    const all = cluster.api.list(events, { namespace: "lab" });
    return all
      .filter((each) => textAt(each, "reason") === "Tested")
      .map(({ metadata }) => metadata.name ?? "");
  }

  function event(name: string, at: ManualClock): object {
    const { kind, metadata } = cluster.api.get(namespaces, { name: "lab" });
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: "lab" },
      involvedObject: { kind, name: metadata.name, namespace: "lab" },
      reason: "Tested",
      firstTimestamp: stamp(at),
      lastTimestamp: stamp(at),
      count: 1,
    };
  }
});

function stamp(clock: ManualClock): string {
  return `${clock.now().toISOString().slice(0, 19)}Z`;
}
