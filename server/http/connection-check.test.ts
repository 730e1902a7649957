import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createConnectionCheck, type ConnectionCheck } from "./connection-check.js";

let server: Server;
let check: ConnectionCheck;
let host = "";

function begin(bounds: Parameters<typeof createConnectionCheck>[2]): void {
  check = createConnectionCheck({}, { warn: () => undefined } as never, bounds);
}

beforeEach(async () => {
  begin({});
  server = createServer();
  server.on("upgrade", (request, socket, head) => {
    if (!check.handleUpgrade(request, socket, head)) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterEach(() => {
  check.close();
  server.closeAllConnections();
  server.close();
});

it("sends back what a page of this server sends, and is over after some messages", async () => {
  const socket = await opened();
  const heard: string[] = [];
  socket.on("message", (data) => heard.push((data as Buffer).toString()));
  const closed = closing(socket);
  for (let sent = 0; sent < 30; sent += 1) socket.send(String(sent));
  expect(await closed).toBe(1008);
  expect(heard).toEqual(Array.from({ length: 20 }, (_, at) => String(at)));
});

it("answers one that sends what it was sent", async () => {
  const socket = await opened();
  const answer = new Promise<string>((resolve) =>
    socket.once("message", (data) => resolve((data as Buffer).toString())),
  );
  socket.send("here");
  expect(await answer).toBe("here");
});

it.each(["ping", "pong"] as const)("is over after some that are no messages: %s", async (frame) => {
  const socket = await opened();
  const closed = closing(socket);
  for (let sent = 0; sent < 30; sent += 1) socket[frame]();
  expect(await closed).toBe(1008);
});

it("ends one that sends much", async () => {
  const socket = await opened();
  const closed = closing(socket);
  socket.send("x".repeat(1_000));
  expect(await closed).toBe(1009);
});

it("tells one more than it has room for to try again later, and has room when another has gone", async () => {
  begin({ maxOpen: { ofAll: 5, ofNetwork: 1 } });
  const first = await opened();
  expect(await closing(await opened())).toBe(1013);
  const gone = closing(first);
  first.close();
  await gone;
  await expect
    .poll(async () => {
      const next = await opened();
      next.send("here");
      return new Promise((resolve) => {
        next.once("message", () => resolve("answered"));
        next.once("close", resolve);
      });
    })
    .toBe("answered");
});

it("ends one that stays, whatever it does not send", async () => {
  begin({ openMs: 50 });
  expect(await closing(await opened())).toBe(1006);
});

it("refuses pages of others, and leaves other addresses alone", async () => {
  expect(await refusal(`ws://${host}/api/connection-check`, "http://evil.example")).toContain("403");
  expect(await refusal(`ws://${host}/api/other`, `http://${host}`)).not.toContain("403");
});

async function opened(): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${host}/lectern/api/connection-check`, { origin: `http://${host}` });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return socket;
}

function closing(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => socket.once("close", resolve));
}

function refusal(url: string, origin: string): Promise<string> {
  const socket = new WebSocket(url, { origin });
  return new Promise((resolve) => {
    socket.once("error", (error) => resolve(error.message));
    socket.once("open", () => resolve("opened"));
  });
}
