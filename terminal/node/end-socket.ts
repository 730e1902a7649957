import type { WebSocket } from "ws";

/** Time a page has to go by itself, so that it reads the code; it waits for the other side to close. */
const GOODBYE_MS = 1_000;

/** Says goodbye with a code and reads nothing more of what the page sends; what is still open a second later is cut. */
export function endSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, reason);
  socket.pause();
  setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
}
