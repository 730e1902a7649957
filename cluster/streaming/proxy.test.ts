import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import { open, openWebSocket, send } from "../https-for-tests.js";
import { type KubectlFixture, findKubectl, startKubectlFixture } from "../kubectl-for-tests.js";

const NAMESPACE = "/api/v1/namespaces/default";
/** More than a connection and a pipe hold at once. */
const LARGE = Buffer.alloc(3_000_000, "0123456789abcdef\n");
const kubectl = findKubectl();
if (kubectl === undefined)
  process.stdout.write("skipping the proxy of pods and Services: no kubectl is on PATH\n");

const objects = (port: number): string => `
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: main, image: "busybox:1.36", command: [sleep, "1000"], ports: [{containerPort: ${port}}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: drawn, labels: {app: drawn}}
spec: {containers: [{name: main, image: "registry.example/unknown:1"}]}
---
${service("web", "{app: web}", `[{name: http, port: 80, targetPort: ${port}}, {name: dead, port: 81, targetPort: 1}]`)}
---
${service("empty", "{app: nobody}", "[{port: 80}]")}
---
${service("drawn", "{app: drawn}", "[{port: 80}]")}
`;

function service(name: string, selector: string, ports: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: ${selector}, ports: ${ports}}`;
}

describe.skipIf(kubectl === undefined)("the proxy of pods and Services", () => {
  const runtime = new ProcessRuntime();
  let fixture: KubectlFixture;
  let server: Server;
  let port: number;

  const raw = (path: string) => fixture.run(["get", "--raw", `${NAMESPACE}/${path}`]);

  const refusal = async (name: string) => (await raw(`services/${name}/proxy/`)).stderr;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
    const sockets = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) => {
      if (request.url === "/silent") return void socket.resume().on("end", () => socket.destroy());
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit("connection", client, request));
    });
    sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
    fixture = await startKubectlFixture(kubectl ?? "", { containerRuntime: runtime });
    expect(await fixture.run(["apply", "-f", "-"], objects(port))).toMatchObject({ code: 0 });
    const phases = [
      "get",
      "pods",
      "web",
      "drawn",
      "-o",
      "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}",
    ];
    await vi.waitFor(async () => expect((await fixture.run(phases)).stdout).toBe("True True"), {
      timeout: 60_000,
      interval: 500,
    });
  });
  afterAll(async () => {
    await fixture?.close();
    server?.closeAllConnections();
    server?.close();
    runtime.close();
  });

  it("passes requests on to a port of a Service, by number and by name", async () => {
    // The Service's endpoints are written some time after its pod is ready.
    await expect.poll(() => refusal("web:80")).toBe("");
    await expect.poll(() => refusal("drawn:80")).toContain("is simulated");
    for (const name of ["web:80", "web:http", "http:web:80"]) {
      const { stdout } = await raw(`services/${name}/proxy/a/b?c=d`);
      expect(JSON.parse(stdout)).toMatchObject({ url: "/a/b?c=d", method: "GET" });
    }
    // kubectl writes paths anew.
    const path = `${NAMESPACE}/services/web:80/proxy/a%2Fb/c?d=%20e`;
    expect(await textOf(await open(fixture.cluster, { path }))).toContain('"url":"/a%2Fb/c?d=%20e"');
  });

  it("passes requests on to a pod, at the port of its container or the one that is named", async () => {
    expect(JSON.parse((await raw("pods/web/proxy/")).stdout)).toMatchObject({ url: "/" });
    expect(JSON.parse((await raw(`pods/web:${port}/proxy/x`)).stdout)).toMatchObject({ url: "/x" });
  });

  it("keeps from the target who asks, and tells it where its client is", async () => {
    const headers = { "impersonate-user": "system:admin", "impersonate-group": "system:masters" };
    const answered = await textOf(
      await open(fixture.cluster, { path: `${NAMESPACE}/services/web:80/proxy/`, headers }),
    );
    const seen = (JSON.parse(answered) as { headers: Record<string, string> }).headers;
    expect(Object.keys(seen).filter((name) => /^(authorization|impersonate-)/.test(name))).toEqual([]);
    expect(seen).toMatchObject({
      "x-forwarded-proto": "https",
      "x-forwarded-uri": `${NAMESPACE}/services/web:80/proxy/`,
    });
  });

  it("carries bodies both ways, whatever their size", async () => {
    const sent = { method: "POST", path: `${NAMESPACE}/services/web:80/proxy/echo`, body: LARGE };
    const response = await open(fixture.cluster, sent);
    expect([response.statusCode, response.headers["x-own"]]).toEqual([201, "yes"]);
    expect(Buffer.from(await textOf(response)).equals(LARGE)).toBe(true);
  });

  it("leads to the root of the target, and keeps its redirects below itself", async () => {
    const path = `${NAMESPACE}/services/web:80/proxy`;
    const root = await open(fixture.cluster, { path: `${path}?a=b` });
    expect([root.statusCode, root.headers.location]).toEqual([301, `${path}/?a=b`]);
    const moved = await open(fixture.cluster, { path: `${path}/moved` });
    expect([moved.statusCode, moved.headers.location]).toEqual([302, `${path}/there`]);
    root.destroy();
    moved.destroy();
  });

  it("carries WebSockets, through kubectl proxy as well", async () => {
    const proxy = fixture.start(["proxy", "--port=0"]);
    try {
      const [line] = (await once(proxy.stdout, "data")) as [Buffer];
      const at = /127\.0\.0\.1:\d+/.exec(line.toString())?.[0];
      const client = new WebSocket(`ws://${at}${NAMESPACE}/services/web:80/proxy/socket`);
      await once(client, "open");
      client.send("over the proxy");
      const [message] = (await once(client, "message")) as [Buffer];
      expect(message.toString()).toBe("over the proxy");
      client.close();
      await once(client, "close");
    } finally {
      proxy.kill();
      await once(proxy, "close");
    }
  });

  it("says as a real API server does what cannot be reached", async () => {
    const cases: [string, string][] = [
      ["services/none:80/proxy/", 'services "none" not found'],
      ["services/web:82/proxy/", 'no service port 82 found for service "web"'],
      ["services/web:other/proxy/", 'no endpoints available for service "web:other"'],
      ["services/web/proxy/", 'no endpoints available for service "web"'],
      ["services/empty/proxy/", 'no endpoints available for service "empty"'],
      ["services/a:b:c:d/proxy/", 'invalid service request "a:b:c:d"'],
      ["services/ftp:web:80/proxy/", 'invalid service request "ftp:web:80"'],
      ["services/web:81/proxy/", "error trying to reach service: dial tcp "],
      ["services/web:80/proxy/drop", "error trying to reach service: EOF"],
      ["pods/none/proxy/", 'pods "none" not found'],
      ["services/drawn/proxy/", 'pod "drawn" is simulated, so nothing answers in it: its '],
      ["pods/drawn/proxy/", 'pod "drawn" is simulated, so nothing answers in it: its '],
    ];
    for (const [path, said] of cases) {
      const { body } = await send(fixture.cluster, { path: `${NAMESPACE}/${path}` });
      expect(body.message, path).toContain(said);
    }
    expect((await raw("services/web:81/proxy/")).stderr).toMatch(
      /^Error from server \(ServiceUnavailable\): .*:1: connect: connection refused\n$/,
    );
  });

  it.each([
    ["a status that is none", "000 x", 503],
    ["words that cannot be passed on", "404 N\u0001F", 404],
  ])("is not ended by %s", async (_what, status, code) => {
    const path = `${NAMESPACE}/services/web:80/proxy/says?${encodeURIComponent(status)}`;
    const response = await open(fixture.cluster, { path });
    expect(response.statusCode).toBe(code);
    response.destroy();
    expect(JSON.parse((await raw("pods/web/proxy/")).stdout)).toMatchObject({ url: "/" });
  });

  it("lets go of the target when the client goes", async () => {
    const response = await open(fixture.cluster, { path: `${NAMESPACE}/services/web:80/proxy/endless` });
    expect(await connections()).toBeGreaterThan(0);
    response.destroy();
    await expect.poll(connections).toBe(0);
  });

  it("lets go of a target that does not answer an upgrade when the client goes", async () => {
    const client = openWebSocket(fixture.cluster, `${NAMESPACE}/services/web:80/proxy/silent`);
    client.on("error", () => undefined);
    await expect.poll(connections).toBeGreaterThan(0);
    client.terminate();
    await expect.poll(connections).toBe(0);
  });

  it("asks for the right to the proxy", async () => {
    const can = await fixture.run(["get", "--raw", `${NAMESPACE}/services/web:80/proxy/`, "--as=nobody"]);
    expect(can.stderr).toContain('cannot get resource "services/proxy" in API group ""');
  });

  function connections(): Promise<number> {
    return new Promise((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { url = "", method, headers } = request;
  if (url === "/moved") response.writeHead(302, { location: "/there" }).end();
  else if (url === "/drop") request.socket.destroy();
  else if (url.startsWith("/says?"))
    request.socket.end(`HTTP/1.1 ${decodeURIComponent(url.slice("/says?".length))}\r\n\r\n`);
  else if (url === "/endless") response.write("a");
  else if (url === "/echo") request.pipe(response.writeHead(201, { "x-own": "yes" }));
  else response.end(JSON.stringify({ url, method, headers }));
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += String(piece);
  return text;
}
