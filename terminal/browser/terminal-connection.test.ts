import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { TerminalConnection } from "./terminal-connection.js";

let server: WebSocketServer;

beforeEach(async () => {
  vi.stubGlobal("WebSocket", WebSocket);
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
});
afterEach(() => {
  vi.unstubAllGlobals();
  for (const client of server.clients) client.terminate();
  server.close();
});

const screen = {
  write: (_data: Uint8Array, parsed: () => void) => parsed(),
  beginRestoring: () => undefined,
  endRestoring: () => undefined,
  setSize: () => undefined,
  wishedSize: () => undefined,
};
const snapshot = {
  type: "snapshot",
  stream: "one",
  position: 0,
  columns: 80,
  rows: 24,
  readOnly: false,
  bytes: 0,
};

it("gives up a socket that brings no screen, and a ticket that never comes, and tries again", async () => {
  const address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let sockets = 0;
  server.on("connection", (socket) => {
    sockets += 1;
    if (sockets === 2) socket.send(JSON.stringify(snapshot));
  });
  let tickets = 0;
  const connect = (): Promise<string> => {
    tickets += 1;
    return tickets === 1 ? new Promise(() => undefined) : Promise.resolve(address);
  };
  const states: string[] = [];
  const online = new Promise<void>((resolve) => {
    const onState = (state: string): void => {
      states.push(state);
      if (state === "online") resolve();
    };
    const connection = new TerminalConnection({ connect, screen, onState, answerMs: 200 });
    server.once("close", () => connection.close());
  });
  await online;
  expect([tickets, sockets]).toEqual([3, 2]);
  expect(states).toEqual(["connecting", "reconnecting", "online"]);
});
