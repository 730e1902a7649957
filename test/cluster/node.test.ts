import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RealCluster, hasRealCluster, realCluster } from "./real-cluster.js";

const NAMESPACE = "node-test";

describe.skipIf(!hasRealCluster())("a real node", () => {
  let cluster: RealCluster;
  const pod = (name: string, container: object): unknown => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      terminationGracePeriodSeconds: 0,
      restartPolicy: "Never",
      containers: [{ name: "main", image: cluster.images.busybox, ...container }],
    },
  });

  beforeAll(async () => {
    cluster = realCluster();
    await cluster.createNamespace(NAMESPACE);
    await cluster.apply(...webServers(cluster.images.busybox));
    await cluster.until(
      inNamespace("get", "deployment", "web", "--output=jsonpath={.status.readyReplicas}"),
      /^2$/,
    );
  });

  afterAll(async () => {
    await cluster.read("delete", "namespace", NAMESPACE);
  });

  it("runs the pods of a Deployment in containers, with their logs", async () => {
    const logs = await cluster.read(...inNamespace("logs", "--selector=app=web", "--prefix"));
    expect(logs.match(/serving as web-/g)).toHaveLength(2);
  });

  it("runs programs in a container", async () => {
    const { stdout, code } = await cluster.kubectl(
      inNamespace("exec", "deployment/web", "--", "sh", "-c", "hostname; exit 7"),
    );
    expect(stdout).toMatch(/^web-/);
    expect(code).toBe(7);
  });

  it("passes a port of a pod on to this machine", async () => {
    const forward = cluster.start(inNamespace("port-forward", "deployment/web", ":8080"));
    try {
      const [said] = (await once(forward.stdout!, "data")) as [Buffer];
      const port = /127\.0\.0\.1:(\d+)/.exec(said.toString())?.[1];
      expect(await bodyOf(`http://127.0.0.1:${port}/`)).toMatch(/^web-/);
    } finally {
      forward.kill();
      await once(forward, "exit");
    }
  });

  it("answers at the name of a Service from a pod, from both of its pods", async () => {
    const ask = "for i in $(seq 30); do printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc web 80 | tail -n 1; done";
    await cluster.apply(pod("client", { command: ["sh", "-c", ask] }));
    await cluster.until(
      inNamespace("get", "pod", "client", "--output=jsonpath={.status.phase}"),
      /Succeeded/,
    );
    const answers = (await cluster.read(...inNamespace("logs", "client"))).trim().split("\n");
    expect(answers).toHaveLength(30);
    expect(new Set(answers).size).toBe(2);
  });

  it("lets a pod reach the API server as its service account", async () => {
    const ask =
      "nc -w 5 kubernetes.default 443 </dev/null && ls /var/run/secrets/kubernetes.io/serviceaccount";
    await cluster.apply(pod("api-client", { command: ["sh", "-c", ask] }));
    await cluster.until(
      inNamespace("get", "pod", "api-client", "--output=jsonpath={.status.phase}"),
      /Succeeded/,
    );
    expect(await cluster.read(...inNamespace("logs", "api-client"))).toContain("token");
  });

  it("says of an image that nobody has that it is not found", async () => {
    await cluster.apply(pod("unknown-image", { image: "nobody/has-this:1" }));
    const waiting = "--output=jsonpath={.status.containerStatuses[0].state.waiting}";
    await cluster.until(inNamespace("get", "pod", "unknown-image", waiting), /ErrImagePull|ImagePullBackOff/);
    const events = await cluster.until(
      inNamespace("events", "--for=pod/unknown-image"),
      /Failed to pull image.*nobody\/has-this:1/,
    );
    expect(events).toMatch(/not found/);
  });

  it("ends a container that takes more memory than its limit", async () => {
    await cluster.apply(
      pod("greedy", {
        // tail keeps a last line of any length.
        command: ["sh", "-c", "tr '\\0' x </dev/zero | tail"],
        resources: { limits: { memory: "32Mi" } },
      }),
    );
    const reason = "--output=jsonpath={.status.containerStatuses[0].state.terminated.reason}";
    await cluster.until(inNamespace("get", "pod", "greedy", reason), /^OOMKilled$/);
  });

  it("replaces a pod that was deleted or evicted", async () => {
    const names = async (): Promise<string[]> =>
      (
        await cluster.read(
          ...inNamespace("get", "pods", "--selector=app=web", "--output=jsonpath={.items[*].metadata.name}"),
        )
      ).split(" ");
    const [deleted = "", evicted = ""] = await names();
    await cluster.read(...inNamespace("delete", "pod", deleted));
    const eviction = {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: evicted, namespace: NAMESPACE },
    };
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${evicted}/eviction`;
    const answer = await cluster.kubectl(["create", `--raw=${path}`, "--filename=-"], eviction);
    expect(answer).toMatchObject({ code: 0 });
    await expect.poll(async () => (await names()).toSorted(), { timeout: 60_000 }).not.toContain(evicted);
    await cluster.until(
      inNamespace("get", "deployment", "web", "--output=jsonpath={.status.readyReplicas}"),
      /^2$/,
    );
    expect(await names()).not.toContain(deleted);
  });

  it("evicts a pod that writes more than its emptyDir may hold", async () => {
    await cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "full", namespace: NAMESPACE },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: "main",
            image: cluster.images.busybox,
            command: ["sh", "-c", "dd if=/dev/zero of=/data/file bs=1M count=20; sleep 1000"],
            volumeMounts: [{ name: "data", mountPath: "/data" }],
          },
        ],
        volumes: [{ name: "data", emptyDir: { sizeLimit: "5Mi" } }],
      },
    });
    await cluster.until(
      inNamespace("get", "pod", "full", "--output=jsonpath={.status.reason} {.status.message}"),
      /^Evicted .*exceeds the limit/,
    );
  });
});

function inNamespace(...args: string[]): string[] {
  return [`--namespace=${NAMESPACE}`, ...args];
}

function webServers(image: string): unknown[] {
  const labels = { app: "web" };
  const serve =
    "hostname > /tmp/index.html; echo serving as $(hostname); trap 'exit 0' TERM; httpd -f -p 8080 -h /tmp & wait";
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: NAMESPACE },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "main",
                image,
                command: ["sh", "-c", serve],
                readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: NAMESPACE },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

async function bodyOf(url: string): Promise<string> {
  const sent = request(url).end();
  const [response] = (await once(sent, "response")) as [NodeJS.ReadableStream];
  return text(response);
}
