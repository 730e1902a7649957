import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import { type AddressInfo, connect, createServer as createForwarder, type Socket } from "node:net";
import { generate } from "selfsigned";
import { afterAll, beforeAll, expect, it } from "vitest";
import { KubeConfig } from "./client-library.js";
import { watchCollection } from "./collection-watch.js";
import { KubernetesClient } from "./kubernetes-client.js";

let answer: RequestListener = () => undefined;
let server: Server;
let client: KubernetesClient;

beforeAll(async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], { algorithm: "sha256" });
  server = createServer({ key: pems.private, cert: pems.cert }, (request, response) =>
    answer(request, response),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "c", server: address, skipTLSVerify: true }, { name: "u" });
  client = new KubernetesClient(kubeConfig);
});

afterAll(() => {
  client.close();
  server.closeAllConnections();
  server.close();
});

/** What the watch says first of what is wrong. */
async function firstError(): Promise<unknown> {
  const end = new AbortController();
  return new Promise((resolve) => {
    const onError = (error: unknown) => {
      end.abort();
      resolve(error);
    };
    watchCollection(client, "/api/v1/pods", { onError }, end.signal).catch(onError);
  });
}

const event = (name: string) => `${JSON.stringify({ type: "ADDED", object: { metadata: { name } } })}\n`;

const LIST = JSON.stringify({ metadata: { resourceVersion: "1" }, items: [] });

it("lets go of a watch whose line has no end", async () => {
  let sent = 0;
  answer = (request, response) => {
    if (!request.url?.includes("watch=true")) return void response.end(LIST);
    const part = Buffer.alloc(256 * 1024, "x");
    const more = () => {
      while (!response.destroyed && sent < 64 * 1024 * 1024) {
        sent += part.length;
        if (!response.write(part)) return void response.once("drain", more);
      }
    };
    more();
  };
  expect(await firstError()).toMatchObject({ reason: "TooLong" });
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

it("does not follow pages for ever", async () => {
  let pages = 0;
  answer = (_request, response) => {
    pages++;
    response.end(JSON.stringify({ metadata: { resourceVersion: "1", continue: "more" }, items: [] }));
  };
  expect(await firstError()).toMatchObject({ reason: "TooLong" });
  expect(pages).toBeGreaterThan(1);
});

it("tells lines apart wherever their bytes are parted", async () => {
  const seen: string[] = [];
  answer = (request, response) => {
    if (!request.url?.includes("watch=true")) return void response.end(LIST);
    const bytes = Buffer.from(`${event("grün")}\n${event("blau")}`);
    const at = bytes.indexOf(0xbc);
    response.write(bytes.subarray(0, at));
    setImmediate(() => response.write(bytes.subarray(at)));
  };
  const end = new AbortController();
  const onItem = (_type: string, item: { metadata?: { name?: string } }) => {
    seen.push(item.metadata?.name ?? "");
  };
  const watching = watchCollection(client, "/api/v1/pods", { onItem }, end.signal);
  await expect.poll(() => seen).toEqual(["grün", "blau"]);
  end.abort();
  await watching;
});

it("notices that nothing comes through any more, though the connection stands", async () => {
  let watches = 0;
  let version = 1;
  answer = (request, response) => {
    version++;
    if (!request.url?.includes("watch=true"))
      return void response.end(
        JSON.stringify({
          metadata: { resourceVersion: String(version) },
          items: [{ metadata: { name: `seen-${String(version)}` } }],
        }),
      );
    watches++;
    response.write(event("first"));
  };
  const sockets = new Set<Socket>();
  /** Whose bytes came last, and whose come no more. */
  let last: Socket | undefined;
  let silent: Socket | undefined;
  const forwarder = createForwarder((from) => {
    const to = connect((server.address() as AddressInfo).port, "127.0.0.1");
    for (const one of [from, to]) {
      sockets.add(one);
      one.on("error", () => undefined);
    }
    from.on("data", (part) => (silent === from ? undefined : to.write(part)));
    from.on("close", () => to.destroy());
    to.on("data", (part) => {
      last = from;
      if (silent !== from) from.write(part);
    });
    to.on("close", () => from.destroy());
  });
  await once(forwarder.listen(0, "127.0.0.1"), "listening");
  const kubeConfig = new KubeConfig();
  const address = `https://127.0.0.1:${String((forwarder.address() as AddressInfo).port)}`;
  kubeConfig.loadFromClusterAndUser({ name: "c", server: address, skipTLSVerify: true }, { name: "u" });
  const through = new KubernetesClient(kubeConfig);
  const end = new AbortController();
  let before = Infinity;
  const listener = {
    silentMs: 500,
    onItem: (_type: string, item: { metadata?: { name?: string } }) => {
      if (item.metadata?.name !== "first" || silent) return;
      silent = last;
      before = watches;
    },
  };
  const watching = watchCollection(through, "/api/v1/pods", listener, end.signal);
  await expect.poll(() => watches > before).toBe(true);
  end.abort();
  await watching;
  through.close();
  for (const socket of sockets) socket.destroy();
  forwarder.close();
});
