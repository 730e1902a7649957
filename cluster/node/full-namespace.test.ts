import { expect, it, onTestFinished } from "vitest";
import { pod } from "../admission/api-for-tests.js";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import { startTestCluster } from "../controllers/cluster-for-tests.js";
import { ManualClock } from "../controllers/manual-clock.js";
import type { Pod } from "../controllers/object-kinds.js";
import { pods } from "../controllers/resource-refs.js";

it("a pod that found no room in its namespace starts as soon as another is gone", async () => {
  const runtime = new ProcessRuntime();
  runtime.podsOfNamespace = 1;
  const failed = new Set<string>();
  const cluster = await startTestCluster({
    // It stands still: no back-off ends.
    clock: new ManualClock(),
    logger: { debug: () => undefined, warn: (fields) => failed.add(JSON.stringify(fields)) },
    containers: { runtime, podToken: () => "of nobody", networkOf: (namespace) => namespace },
  });
  onTestFinished(async () => {
    await cluster.stop();
    runtime.close();
  });
  const find = (name: string): Pod | undefined =>
    cluster.api.find(pods, { namespace: "default", name }) as Pod | undefined;
  await cluster.apply(sleeper("first"));
  await cluster.until("the first runs", () => find("first")?.status?.phase === "Running");
  const second = await cluster.apply(sleeper("second"));
  await cluster.until("the second finds no room", () =>
    cluster.eventsOf(second).some((text) => text.startsWith("FailedCreatePodSandBox: ")),
  );
  await cluster.api.delete(
    pods,
    { namespace: "default", name: "first" },
    { user: cluster.admin, gracePeriodSeconds: 0 },
  );
  await cluster.until("the second runs", () => find("second")?.status?.phase === "Running");
  expect(runtime.sandboxes()).toEqual([second.metadata.uid]);
  expect([...failed].every((fields) => fields.includes('"default/second"'))).toBe(true);
});

function sleeper(name: string): object {
  return pod("default", name, { image: "busybox:1.36", command: ["sleep", "1000"] });
}
