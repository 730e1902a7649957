import { expect, it, onTestFinished } from "vitest";
import type { ApiObject } from "../api/object.js";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import { ManualClock } from "./manual-clock.js";
import type { Pod } from "./object-kinds.js";
import { configMaps, pods } from "./resource-refs.js";

/** Ten minutes is the shortest time a token may have. */
const TOKEN_SECONDS = 600;

it("files of volumes follow what they are made from, and tokens are renewed before they end", async () => {
  const runtime = new ProcessRuntime();
  const clock = new ManualClock();
  let tokens = 0;
  const podToken = (): string => `token ${(tokens += 1)}`;
  const containers = { runtime, podToken, networkOf: (namespace: string) => namespace };
  const cluster = await startTestCluster({ clock, containers });
  onTestFinished(async () => {
    await cluster.stop();
    runtime.close();
  });
  await cluster.apply(settings("green"));
  const { uid = "" } = (await cluster.apply(reader())).metadata;
  const find = (): Pod | undefined =>
    cluster.api.find(pods, { namespace: "default", name: "reader" }) as Pod | undefined;
  await cluster.until("the pod runs", () => find()?.status?.phase === "Running");
  const seen = (volume: string): string => JSON.stringify(runtime.filesOf(uid, volume));
  expect(seen("settings")).toBe('{"colour":"green"}');
  const first = seen("token");

  await cluster.api.update(configMaps, settings("blue"), { user: cluster.admin });
  await cluster.until("the file is another", () => seen("settings") === '{"colour":"blue"}');
  const labelled = structuredClone(find() as Pod);
  labelled.metadata.labels = { tier: "front" };
  await cluster.api.update(pods, labelled, { user: cluster.admin });
  await cluster.until("the labels are others", () => seen("labels").includes("front"));
  expect(seen("token")).toBe(first);

  clock.advance(0.7 * TOKEN_SECONDS * 1000);
  expect(seen("token")).toBe(first);
  clock.advance(0.2 * TOKEN_SECONDS * 1000);
  await cluster.until("the token is another", () => seen("token") !== first);

  // What a pod has stays when the object goes.
  const location = { namespace: "default", name: "settings" };
  await cluster.api.delete(configMaps, location, { user: cluster.admin });
  const second = seen("token");
  clock.advance(TOKEN_SECONDS * 1000);
  await cluster.apply(settings("red"));
  await cluster.until("the file is another", () => seen("settings") === '{"colour":"red"}');
  await cluster.until("the token is another", () => seen("token") !== second);
});

function settings(colour: string): ApiObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "default" },
    data: { colour },
  };
}

function reader(): object {
  const volumes = [
    { name: "settings", configMap: { name: "settings" } },
    {
      name: "labels",
      downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] },
    },
    {
      name: "token",
      projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: TOKEN_SECONDS } }] },
    },
  ];
  const spec = {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "c", image: "busybox:1.36", command: ["sleep", "1000"] }],
    volumes,
  };
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "reader", namespace: "default" }, spec };
}
