import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { badRequest } from "../api/status.js";
import type { Call } from "../http/call.js";

/** Bytes of one message: clients send what they read of a pipe or a file, 32 to 64 KiB at a time. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Answers a real API server gives to a request that should have asked for another protocol. */
const NO_UPGRADE = "Upgrade request required";

export type UpgradeProtocol = "websocket" | "spdy";

/** The protocol a request asks to go on with; throws 400 where it asks for none of the two. */
export function wantedUpgrade({ request, upgrade }: Call): UpgradeProtocol {
  const wanted = (request.headers.upgrade ?? "").toLowerCase();
  if (upgrade !== undefined && wanted === "websocket") return "websocket";
  if (upgrade !== undefined && wanted === "spdy/3.1") return "spdy";
  throw badRequest(NO_UPGRADE);
}

/** Goes on as a WebSocket by the first of `protocols` that the client speaks; throws 400 where it speaks none. */
export function acceptWebSocket(call: Call, protocols: readonly string[]): Promise<WebSocket> {
  const offered = namesOf(call.request.headers["sec-websocket-protocol"]);
  const protocol = protocols.find((each) => offered.includes(each));
  if (protocol === undefined) {
    throw badRequest(
      `unable to upgrade: a protocol of [${protocols.join(" ")}] is needed, the client offered [${offered.join(" ")}]`,
    );
  }
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: () => protocol,
  });
  const { socket, head } = takeSocket(call);
  return new Promise((resolve, reject) => {
    socket.once("close", () => reject(badRequest("the client went before the upgrade was done")));
    server.handleUpgrade(call.request, socket, head, (client) => {
      client.on("error", () => client.terminate());
      const close = (): void => client.terminate();
      call.signal.addEventListener("abort", close, { once: true });
      client.once("close", () => call.signal.removeEventListener("abort", close));
      resolve(client);
      socket.resume();
    });
  });
}

/** Goes on as SPDY/3.1 by the first of `protocols` that the client speaks; throws 403 as a kubelet does where it speaks none. */
export function acceptSpdy(call: Call, protocols: readonly string[]): Duplex {
  const offered = namesOf(call.request.headers["x-stream-protocol-version"]);
  const protocol = protocols.find((each) => offered.includes(each));
  if (protocol === undefined) {
    throw badRequest(
      `unable to upgrade: a protocol of [${protocols.join(" ")}] is needed, the client offered [${offered.join(" ")}]`,
    );
  }
  const { socket, head } = takeSocket(call);
  socket.on("error", () => socket.destroy());
  const close = (): void => void socket.destroy();
  call.signal.addEventListener("abort", close, { once: true });
  socket.once("close", () => call.signal.removeEventListener("abort", close));
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
  return socket;
}

/** From here on the socket is the caller's, and no answer of HTTP can be given. */
export function takeSocket({ upgrade, reply }: Call): { socket: Duplex; head: Buffer } {
  if (upgrade === undefined) throw badRequest(NO_UPGRADE);
  upgrade.detach(reply.response);
  return upgrade;
}

function namesOf(header: string | string[] | undefined): string[] {
  return (Array.isArray(header) ? header.join(",") : (header ?? ""))
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
