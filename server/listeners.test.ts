import { once } from "node:events";
import { type Socket, connect } from "node:net";
import type { Duplex } from "node:stream";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openListeners } from "./listeners.js";
import type { Listeners } from "./listeners.js";

let listeners: Listeners;
let taken: Duplex[];

beforeEach(async () => {
  taken = [];
  listeners = await openListeners({
    config: { host: "127.0.0.1", port: 0 },
    application: (_request, response) => void response.end("a page"),
    handleUpgrade: (_request, socket) => {
      taken.push(socket);
      return false;
    },
    lastLocalUrl: undefined,
    log: pino({ level: "silent" }),
  });
});
afterEach(() => listeners.close(0));

it("lets go of an upgrade nobody takes, also where its client keeps its side open", async () => {
  const client = await upgrading();
  const [answer] = (await once(client, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  await expect.poll(() => taken.map(({ destroyed }) => destroyed)).toEqual([true]);
  client.destroy();
});

it("goes on serving when the client of such an upgrade is gone before it is answered", async () => {
  for (let at = 0; at < 20; at += 1) {
    const client = await upgrading();
    client.resetAndDestroy();
  }
  await expect.poll(() => taken.length).toBeGreaterThan(0);
  await expect.poll(() => taken.every(({ destroyed }) => destroyed)).toBe(true);
  expect(await (await fetch(listeners.url)).text()).toBe("a page");
});

it("keeps a connection for the next request for longer than proxies before it do", async () => {
  const { headers } = await fetch(listeners.url);
  const [, seconds] = /timeout=(\d+)/.exec(headers.get("keep-alive") ?? "") ?? [];
  expect(Number(seconds)).toBeGreaterThan(120);
});

async function upgrading(): Promise<Socket> {
  const { port } = new URL(listeners.url);
  const client = connect({ host: "127.0.0.1", port: Number(port), allowHalfOpen: true });
  client.on("error", () => undefined);
  await once(client, "connect");
  client.write(
    "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  return client;
}
