import type { WebSocket } from "ws";
import { decodeOutput } from "../../terminal/common/viewer-frames.js";
import { until } from "../server/lectern-process.js";

/** Longest one key may take before the terminal counts as standing still. */
const LONGEST_MS = 20_000;
const PAUSE_MS = 30;

/** Types into a terminal for as long as the work lasts, and leaves its line empty; returns the milliseconds until each key was seen, in order. */
export async function echoesDuring(socket: WebSocket, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let seen = "";
  const listen = (data: Buffer, isBinary: boolean): void => {
    const bytes = isBinary ? decodeOutput(data)?.bytes : undefined;
    if (bytes) seen += Buffer.from(bytes).toString("utf8");
  };
  socket.on("message", listen);
  const progress = { isDone: false };
  const ended = Promise.allSettled([work().finally(() => (progress.isDone = true))]);
  try {
    for (let typed = 0; !progress.isDone; typed++) {
      const letter = String.fromCodePoint(97 + (typed % 26));
      seen = "";
      const since = performance.now();
      socket.send(JSON.stringify({ type: "input", data: letter }));
      await until(
        `the other learner's key ${letter} is echoed`,
        LONGEST_MS,
        () => seen.includes(letter) || undefined,
      );
      times.push(performance.now() - since);
      // Ctrl-U keeps the line short: a wrapped line is drawn again as a whole.
      if (typed % 20 === 19) socket.send(JSON.stringify({ type: "input", data: "\u0015" }));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } finally {
    socket.off("message", listen);
    // What is typed next must not go on with these letters.
    socket.send(JSON.stringify({ type: "input", data: "\u0015" }));
    await ended;
  }
  const [outcome] = await ended;
  if (outcome.status === "rejected") throw outcome.reason;
  return times;
}
