import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

/** Both ends of a WebSocket on loopback, and the connection that carries it at the server's end. */
export interface WebSocketPair {
  client: WebSocket;
  server: WebSocket;
  connection: Socket;
  close(): void;
}

/** Connects the two. */
export async function openWebSocketPair(): Promise<WebSocketPair> {
  const listener = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await once(listener, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(listener.address() as AddressInfo).port}`);
  const [[server, request]] = (await Promise.all([once(listener, "connection"), once(client, "open")])) as [
    [WebSocket, IncomingMessage],
    unknown,
  ];
  const close = (): void => {
    client.terminate();
    server.terminate();
    listener.close();
  };
  return { client, server, connection: request.socket, close };
}
