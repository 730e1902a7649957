import { connect } from "node:net";
import { FrameStream } from "../../terminal/node/frame-stream.js";
import type { EventsRequest } from "./wire.js";

/** Resolves when the containers' process at the socket greets; rejects where it does not, or the signal fires first. */
export async function askContainers(path: string, signal: AbortSignal): Promise<void> {
  const socket = connect(path);
  const end = (): void => void socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      const stream = new FrameStream(socket, {
        json: () => resolve(),
        closed: (error) => reject(error ?? new Error(`nobody greets at ${path}`)),
      });
      stream.json({ type: "events" } satisfies EventsRequest);
    });
  } finally {
    signal.removeEventListener("abort", end);
    socket.destroy();
  }
}
