import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { KubeConfig } from "../../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../../kubernetes/node/kubernetes-client.js";
import { NamespaceWatch } from "./namespace-watch.js";

/** Answers of a cluster whose authorizer cannot say what it would allow, by the start of the path that they are for. */
let answers: Record<string, { status?: number; body: object }>;
let server: Server;
let client: KubernetesClient;
let asked: string[];

const resources = (...names: string[]) => ({
  resources: names.map((name) => ({ name, kind: name, namespaced: true, verbs: ["list", "watch"] })),
});
const refused = { status: 403, body: { message: "forbidden: no opinion", reason: "Forbidden" } };
const down = { status: 503, body: { message: "no endpoints", reason: "ServiceUnavailable" } };
const group = (name: string) => ({ name, preferredVersion: { groupVersion: `${name}/v1` } });

beforeAll(async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], { algorithm: "sha256" });
  server = createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "https://localhost");
    asked.push(pathname);
    const unwatched = answers[`${pathname}?watch`];
    if (searchParams.has("watch") && !unwatched) return response.writeHead(200).flushHeaders();
    if (searchParams.has("watch")) asked.push(`${pathname}?watch`);
    const { status = 200, body } = (searchParams.has("watch") && unwatched) ||
      answers[pathname] || {
        body: { metadata: { resourceVersion: "1" }, items: [] },
      };
    response.writeHead(status).end(JSON.stringify(body));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "c", server: address, skipTLSVerify: true }, { name: "u" });
  client = new KubernetesClient(kubeConfig);
});
beforeEach(() => {
  asked = [];
  answers = {
    "/apis": { body: { groups: [group("apps"), group("example.org")] } },
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": { body: { status: { incomplete: true } } },
    "/api/v1": { body: resources("pods", "secrets") },
    "/apis/apps/v1": { body: resources("deployments") },
    "/apis/example.org/v1": { body: resources("widgets") },
  };
});
afterAll(() => {
  client.close();
  server.closeAllConnections();
  server.close();
});

function watched(): NamespaceWatch {
  const place = { namespace: "n", isWholeCluster: false, client: () => Promise.resolve(client) };
  return new NamespaceWatch(place, () => undefined);
}

it("kinds that the cluster refuses are unread, those of others without a word, and the rest is shown", async () => {
  answers["/api/v1/namespaces/n/secrets"] = refused;
  answers["/apis/example.org/v1/namespaces/n/widgets"] = refused;
  const watch = watched();
  try {
    await expect.poll(() => watch.standing()).toEqual({ isComplete: true, unread: ["secrets"], leftOut: 0 });
    expect(asked).toContain("/apis/example.org/v1/namespaces/n/widgets");
  } finally {
    watch.stop();
  }
});

it("a kind that may be listed and not watched is shown, and said to be late", async () => {
  const pods = "/api/v1/namespaces/n/pods";
  const pod = { metadata: { name: "web", uid: "u1", resourceVersion: "1" } };
  answers[pods] = { body: { metadata: { resourceVersion: "1" }, items: [pod] } };
  answers[`${pods}?watch`] = refused;
  const watch = watched();
  try {
    await expect
      .poll(() => watch.standing().problem, { timeout: 15_000 })
      .toBe("You may not watch pods, so changes of them are seen late, or not at all.");
    expect([...watch.rows.values()].map(({ name }) => name)).toEqual(["web"]);
    // Each time half as often: not twenty times a second.
    expect(asked.filter((path) => path === `${pods}?watch`).length).toBeLessThan(10);
    delete answers[`${pods}?watch`];
    await expect.poll(() => watch.standing().problem, { timeout: 15_000 }).toBeUndefined();
  } finally {
    watch.stop();
  }
}, 45_000);

it("an API of others that is down hides nothing else", async () => {
  answers["/apis/example.org/v1"] = down;
  const watch = watched();
  try {
    await expect.poll(() => watch.standing()).toEqual({ isComplete: true, unread: [], leftOut: 0 });
  } finally {
    watch.stop();
  }
});

it("an API of Kubernetes itself that is down is a problem, not a namespace without its kinds", async () => {
  answers["/apis/apps/v1"] = down;
  const watch = watched();
  try {
    await expect.poll(() => watch.standing().problem).toBe("The cluster could not be read: no endpoints.");
    expect(watch.standing().isComplete).toBe(false);
    answers["/apis/apps/v1"] = { body: resources("deployments") };
    await expect.poll(() => watch.standing()).toEqual({ isComplete: true, unread: [], leftOut: 0 });
  } finally {
    watch.stop();
  }
});
