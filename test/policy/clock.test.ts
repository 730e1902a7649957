import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import type { ExceptionView } from "../../policy/common/exception-api.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { eventually, refusalText, silent } from "../kubernetes/policy/suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "../kubernetes/policy/tmc-world.js";

const organization = "lab-clock";
const namespace = organization;
const workspace = "clock-ws";
const PLACE = `workspaces/${workspace}`;
const MINUTE_MS = 60_000;

/** The clock of the API server, of the service and of the controller, which share a process here, can be set like that of one machine. */
describe("a clock that jumps about the expiry of an exception", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-policy-clock-"));
  const kubeConfig = new KubeConfig();
  let cluster: Cluster | undefined;
  let world: TmcWorldOnCluster;
  let made = 0;

  beforeAll(async () => {
    cluster = await startCluster({ dataDir });
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
    world = await startTmcWorld(kubeConfig, { organization, workspace });
    await eventually(() => world.core.readNamespacedServiceAccount({ namespace, name: "default" }));
    await world.rest("PATCH", `workspaces:iam/${workspace}`, {
      bindingDeltaList: [{ op: "ADD", role: "workspace.admin", subject: { kind: "USER", name: "approver" } }],
    });
    const spec = { recipe: "custom", input: { effect: "block", rules: [{ imageName: "busybox" }] } };
    await world.rest("POST", `${PLACE}/policies`, { policy: { fullName: { name: "no-busybox" }, spec } });
    const attached = await world.rest("POST", `clusters/${organization}-cluster/namespaces`, {
      namespace: { fullName: { name: namespace }, spec: { workspaceName: workspace, attach: true } },
    });
    expect(attached.status).toBe(200);
  });
  afterEach(() => vi.useRealTimers());
  afterAll(async () => {
    world?.close();
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const isRefused = async (image: string) =>
    (await refusalText(
      world.core.createNamespacedPod({
        namespace,
        body: { metadata: { name: "probe" }, spec: { containers: [{ name: "main", image }] } },
        dryRun: "All",
      }),
    )) !== "";
  /** An exception for an image of its own, that expires in half an hour. */
  const granted = async () => {
    const name = `for-${++made}`;
    const image = `busybox:${made}`;
    const spec = {
      policy: "no-busybox",
      namespace,
      image,
      owner: "blue",
      reason: "ticket 7",
      expires: new Date(Date.now() + 30 * MINUTE_MS).toISOString(),
    };
    const asked = await world.rest("POST", `${PLACE}/exceptions`, {
      exception: { fullName: { name }, spec },
    });
    const decided = await world.as("approver").rest("POST", `${PLACE}/exceptions/${name}/grant`);
    expect([asked.status, decided.status, await isRefused(image)]).toEqual([200, 200, false]);
    return { name, image };
  };
  const stateOf = async (name: string) => {
    const { body } = await world.rest("GET", `${PLACE}/exceptions/${name}`);
    return (body["exception"] as ExceptionView).status.state;
  };
  const whileControlled = async (work: () => Promise<unknown>) => {
    const controller = new AbortController();
    await startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
    await work().finally(() => controller.abort());
  };

  it("refuses at once where it jumps beyond, though no timer has gone off and nothing was written down", async () => {
    const { name, image } = await granted();
    jump(31);
    expect([await isRefused(image), await stateOf(name)]).toEqual([true, "Expired"]);
  });

  it("opens nothing again by jumping back, once that was written down", async () => {
    const { name, image } = await granted();
    jump(31);
    await whileControlled(async () => {
      await eventually(async () => {
        const { body } = await world.rest("GET", `${PLACE}/history?kind=exception&name=${name}`);
        return JSON.stringify(body).includes("expired") ? true : undefined;
      });
    });
    jump(-60);
    expect([await isRefused(image), await stateOf(name)]).toEqual([true, "Expired"]);
    await whileControlled(async () => {
      expect([await isRefused(image), await stateOf(name)]).toEqual([true, "Expired"]);
    });
  });

  it("closes nothing early by jumping back before, and refuses where it comes to the expiry again", async () => {
    const { name, image } = await granted();
    jump(-600);
    await whileControlled(async () => {
      expect([await isRefused(image), await stateOf(name)]).toEqual([false, "Granted"]);
    });
    jump(29 + 600);
    expect(await isRefused(image)).toBe(false);
    jump(2);
    expect([await isRefused(image), await isRefused("busybox")]).toEqual([true, true]);
  });
});

/** Moves the clock; it goes on from there. */
function jump(minutes: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ["Date"], shouldAdvanceTime: true });
  vi.setSystemTime(Date.now() + minutes * MINUTE_MS);
}
