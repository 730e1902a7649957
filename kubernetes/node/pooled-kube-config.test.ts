import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import * as library from "./client-library.js";
import { connectionPoolOf } from "./connection-pool.js";
import { MAX_BODY_BYTES } from "./kubernetes-client.js";
import { pooledKubeConfig } from "./pooled-kube-config.js";

let answer: RequestListener = () => undefined;
const asked: string[] = [];
const elsewhere: string[] = [];
const servers: Server[] = [];
let kubeConfig: library.KubeConfig;
let core: library.CoreV1Api;

const portOf = (server: Server) => (server.address() as AddressInfo).port;

const listener: RequestListener = (request, response) => {
  asked.push(`${String(request.method)} ${String(request.url)}`);
  answer(request, response);
};
const other: RequestListener = (request, response) => {
  elsewhere.push(`${String(request.method)} ${String(request.url)}`);
  response.end("{}");
};

beforeAll(async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], { algorithm: "sha256" });
  for (const each of [listener, other]) {
    const server = createServer({ key: pems.private, cert: pems.cert }, each);
    await once(server.listen(0, "127.0.0.1"), "listening");
    servers.push(server);
  }
  const server = `https://127.0.0.1:${String(portOf(servers[0] as Server))}`;
  kubeConfig = new library.KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "c", server, skipTLSVerify: true }, { name: "u", token: "t" });
  core = pooledKubeConfig(kubeConfig, library).makeApiClient(library.CoreV1Api);
});

afterAll(() => {
  connectionPoolOf(kubeConfig).close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

it.each([301, 302, 303, 307, 308])("calls no other address where the answer is %d", async (status) => {
  answer = (_request, response) => {
    const location = `https://127.0.0.1:${String(portOf(servers[1] as Server))}/elsewhere`;
    response.writeHead(status, { location }).end();
  };
  await expect(core.readNamespace({ name: "n" })).rejects.toThrow(`sent the call on with ${String(status)}`);
  await expect(core.createNamespace({ body: {} })).rejects.toThrow(`sent the call on with ${String(status)}`);
  expect(elsewhere).toEqual([]);
});

it("lets go of an answer that does not end", async () => {
  let sent = 0;
  answer = (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const part = Buffer.alloc(1024 * 1024, " ");
    const more = () => {
      while (!response.destroyed && sent < 4 * MAX_BODY_BYTES) {
        sent += part.length;
        if (!response.write(part)) return void response.once("drain", more);
      }
    };
    more();
  };
  // So much takes longer on a busy machine than a call may.
  const deadline = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => new AbortController().signal);
  try {
    await expect(core.listNamespace()).rejects.toThrow(`longer than ${String(MAX_BODY_BYTES)} bytes`);
  } finally {
    deadline.mockRestore();
  }
  expect(sent).toBeLessThan(4 * MAX_BODY_BYTES);
});

it("sends bodies whole, and reads refusals and warnings", async () => {
  const bodies: string[] = [];
  answer = (request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString("utf8")));
    request.on("end", () => {
      bodies.push(body);
      const status = { message: "not ü", reason: "Forbidden" };
      response
        .writeHead(403, { "content-type": "application/json", warning: '299 - "w"' })
        .end(JSON.stringify(status));
    });
  };
  const refused = core.deleteNamespace({ name: "n", body: { gracePeriodSeconds: 0 } });
  await expect(refused).rejects.toMatchObject({
    code: 403,
    body: expect.stringContaining("not ü"),
    headers: { warning: '299 - "w"' },
  });
  expect(bodies).toEqual(['{"gracePeriodSeconds":0}']);
  expect(asked.at(-1)).toBe("DELETE /api/v1/namespaces/n");
});
