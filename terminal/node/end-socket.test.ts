import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { endSocket } from "./end-socket.js";

let server: Server;
let sockets: WebSocketServer;

beforeEach(async () => {
  server = createServer();
  sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  for (const socket of sockets.clients) socket.terminate();
  server.close();
});

it("says goodbye with the code, reads nothing more, and cuts who stays", async () => {
  let heard = 0;
  sockets.on("connection", (socket) =>
    socket.on("message", () => {
      heard += 1;
      endSocket(socket, 4001, "enough");
    }),
  );
  const { port } = server.address() as AddressInfo;
  const page = new WebSocket(`ws://127.0.0.1:${port}`);
  await new Promise((resolve) => page.once("open", resolve));
  const closed = new Promise((resolve) => page.once("close", resolve));
  // What it does not read, it does not answer, and goes on sending.
  page.pause();
  page.send("first");
  await expect.poll(() => heard, { timeout: 30_000 }).toBe(1);
  for (let sent = 0; sent < 1_000; sent += 1) page.send("more");
  page.resume();
  expect(await closed).toBe(4001);
  expect(heard).toBe(1);
});

it("leaves one alone that is closed already", async () => {
  const told = new Promise<number>((resolve) =>
    sockets.on("connection", (socket) => {
      socket.close(4000, "first");
      endSocket(socket, 4001, "second");
      socket.on("close", resolve);
    }),
  );
  const { port } = server.address() as AddressInfo;
  const page = new WebSocket(`ws://127.0.0.1:${port}`);
  const code = await new Promise((resolve) => page.once("close", resolve));
  expect([code, await told]).toEqual([4000, 4000]);
});
