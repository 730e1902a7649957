import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/**
 * Answers an upgrade with a status and lets go of its connection. An HTTP server has handed the connection over by then: nobody else
 * hears of its errors, and one that its client never closes would stay open.
 */
export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on("error", () => socket.destroy());
  const reason = STATUS_CODES[status] ?? "Refused";
  socket.end(`HTTP/1.1 ${String(status)} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}
