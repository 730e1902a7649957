import { PassThrough } from "node:stream";
import type { LogLine } from "../../cluster/containers/container-runtime.js";
import type { FrameStream } from "../../terminal/node/frame-stream.js";
import { decodeLine, type LogEnd } from "./wire.js";

/** Lines of a log that wait for whoever reads it. */
const WAITING_LINES = 256;

/** The log of a container as it comes, on a connection of its own that is paused after its `ok`; throws where it ends before the log does. */
export async function* remoteLog(
  stream: FrameStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine> {
  const lines = new PassThrough({ objectMode: true, highWaterMark: WAITING_LINES });
  lines.on("drain", () => stream.resume());
  stream.setHandlers({
    json: (text) => {
      const end = JSON.parse(text) as LogEnd;
      if (end.type === "end") lines.end();
      else lines.destroy(new Error(end.message));
    },
    output: (frame) => {
      if (!lines.write(decodeLine(Buffer.from(frame)))) stream.pause();
    },
    // What there is of it is not all of it.
    closed: (cause) => void (lines.writableEnded || lines.destroy(gone(cause))),
  });
  stream.resume();
  const stop = (): void => void lines.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) stop();
  try {
    yield* lines as AsyncIterable<LogLine>;
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    stream.destroy();
  }
}

/** Of what the containers' process was asked and has gone without answering. */
export function gone(cause?: unknown): Error {
  return new Error("the containers' process does not answer; it is being started again", { cause });
}
