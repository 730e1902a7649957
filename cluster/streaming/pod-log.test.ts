import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import { open, send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";

const PODS = "/api/v1/namespaces/default/pods";

interface Pod {
  status?: { containerStatuses?: { containerID?: string; state: { running?: object } }[] };
}

describe("the log of a container", () => {
  const runtime = new ProcessRuntime();
  let dataDir: string;
  let cluster: Cluster;

  /** What the runtime calls the container of a new pod, once it runs. */
  const run = async (name: string, script: string): Promise<string> => {
    const containers = [{ name: "main", image: "busybox:1.36", command: ["sh", "-c", script] }];
    const body = JSON.stringify({ metadata: { name }, spec: { containers, restartPolicy: "Never" } });
    await send(cluster, { method: "POST", path: PODS, body });
    let id = "";
    const runs = async (): Promise<boolean> => {
      const { status } = (await send(cluster, { path: `${PODS}/${name}` })).body as Pod;
      const [main] = status?.containerStatuses ?? [];
      id = main?.containerID?.replace(/^\w+:\/\//, "") ?? "";
      return main?.state.running !== undefined;
    };
    await expect.poll(runs).toBe(true);
    return id;
  };

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "lectern-cluster-"));
    cluster = await startCluster({ dataDir, containerRuntime: runtime });
  });
  afterAll(async () => {
    await cluster.close();
    runtime.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(["", "?follow=true"])("is told as an error where the runtime has none of it%s", async (query) => {
    const name = query === "" ? "lost" : "lost-followed";
    const id = await run(name, "echo out; exec sleep 1000");
    const [pid = 0] = runtime.running(id.split("/")[0] ?? "");
    await runtime.removeContainer(id);
    const { code, body } = await send(cluster, { path: `${PODS}/${name}/log${query}` }).finally(() =>
      process.kill(-pid, "SIGKILL"),
    );
    expect([code, body.reason]).toEqual([500, "InternalError"]);
    expect(body.message).toContain("there is no container");
  });

  it("is answered where there is nothing in it", async () => {
    await run("silent", "exec sleep 1000");
    const response = await open(cluster, { path: `${PODS}/silent/log` });
    expect([response.statusCode, response.headers["content-type"]]).toEqual([200, "text/plain"]);
    expect(await response.toArray()).toEqual([]);
  });

  it("comes line by line while it is followed", async () => {
    await run("followed", "echo first; exec sleep 1000");
    const response = await open(cluster, { path: `${PODS}/followed/log?follow=true` });
    const [line] = (await once(response, "data")) as [Buffer];
    expect([response.statusCode, line.toString()]).toEqual([200, "first\n"]);
    response.destroy();
  });
});
