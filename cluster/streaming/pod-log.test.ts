import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import { open, send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";
import { MAX_STREAMS_PER_USER } from "./pod-streams.js";

const PODS = "/api/v1/namespaces/default/pods";

interface Token {
  token: string;
}

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

  it("is nothing of a pod that is on no node, in which nothing can be run", async () => {
    const spec = { containers: [{ name: "main", image: "busybox:1.36" }], nodeSelector: { disk: "none" } };
    const body = JSON.stringify({ metadata: { name: "pending" }, spec });
    await send(cluster, { method: "POST", path: PODS, body });
    const log = await open(cluster, { path: `${PODS}/pending/log?follow=true` });
    expect(log.statusCode).toBe(204);
    log.resume();
    for (const way of ["exec?command=ls&stdout=1", "attach?stdout=1", "portforward?ports=80"]) {
      const refused = await send(cluster, { method: "POST", path: `${PODS}/pending/${way}` });
      expect(refused.body).toMatchObject({
        code: 400,
        reason: "BadRequest",
        message: "pod pending does not have a host assigned",
      });
    }
    expect((await send(cluster, { path: `${PODS}/pending/log?container=none` })).body).toMatchObject({
      message: "container none is not valid for pod pending",
    });
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

  it("is there for others, however many somebody follows", async () => {
    await run("crowded", "echo first; exec sleep 1000");
    const [name, namespace, apiGroup] = ["greedy", "default", "rbac.authorization.k8s.io"];
    const post = async (path: string, object: object): Promise<unknown> =>
      (await send(cluster, { method: "POST", path, body: JSON.stringify(object) })).body;
    const rbac = `/apis/${apiGroup}/v1/namespaces/${namespace}`;
    await post("/api/v1/namespaces/default/serviceaccounts", { metadata: { name } });
    const rules = [{ apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }];
    await post(`${rbac}/roles`, { metadata: { name }, rules });
    await post(`${rbac}/rolebindings`, {
      metadata: { name },
      roleRef: { apiGroup, kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    });
    const accounts = "/api/v1/namespaces/default/serviceaccounts";
    const { status } = (await post(`${accounts}/${name}/token`, { spec: {} })) as { status: Token };
    const path = `${PODS}/crowded/log?follow=true`;
    const followed = await Promise.all(
      Array.from({ length: MAX_STREAMS_PER_USER }, () => open(cluster, { path, token: status.token })),
    );
    expect(followed.map(({ statusCode }) => statusCode)).toEqual(followed.map(() => 200));
    const { code, body } = await send(cluster, { path, token: status.token });
    expect([code, body.message]).toEqual([429, expect.stringContaining("too many logs, commands")]);
    const other = await open(cluster, { path });
    expect(other.statusCode).toBe(200);
    for (const each of [other, ...followed]) each.destroy();
    const again = async (): Promise<number | undefined> => {
      const response = await open(cluster, { path, token: status.token });
      response.destroy();
      return response.statusCode;
    };
    await expect.poll(again).toBe(200);
  });

  it("comes line by line while it is followed", async () => {
    await run("followed", "echo first; exec sleep 1000");
    const response = await open(cluster, { path: `${PODS}/followed/log?follow=true` });
    const [line] = (await once(response, "data")) as [Buffer];
    expect([response.statusCode, line.toString()]).toEqual([200, "first\n"]);
    response.destroy();
  });
});
