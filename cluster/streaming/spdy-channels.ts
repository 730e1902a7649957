import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { badRequest } from "../api/status.js";
import type { RemoteChannels, WantedStreams } from "./remote-channels.js";
import { TerminalSizes } from "./remote-channels.js";
import { SpdyConnection } from "./spdy/spdy-connection.js";
import type { SpdyStream } from "./spdy/spdy-stream.js";

export const COMMAND_PROTOCOLS = ["v4.channel.k8s.io"];

/** Milliseconds in which a client must have opened its streams, as a kubelet gives them. */
const STREAMS_DEADLINE_MS = 30_000;
/** Milliseconds a client gets to close its end, before the connection is cut. */
const CLOSE_DEADLINE_MS = 2000;

/** The streams of a command over SPDY/3.1, once the client has opened all it asked for; rejects when it does not. */
export async function spdyChannels(socket: Duplex, wanted: WantedStreams): Promise<RemoteChannels> {
  const streams = new Map<string, SpdyStream>();
  const names = ["error", ...(["stdin", "stdout", "stderr"] as const).filter((name) => wanted[name])];
  if (wanted.tty) names.push("resize");
  const gone = new AbortController();
  const { served } = await new Promise<{ served: Promise<void> }>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy();
      reject(badRequest("timed out waiting for client to create streams"));
    }, STREAMS_DEADLINE_MS);
    const onStream = (stream: SpdyStream): void => {
      const name = stream.headers.get("streamtype") ?? "";
      if (!names.includes(name) || streams.has(name)) return void stream.destroy();
      streams.set(name, stream);
      if (streams.size < names.length) return;
      clearTimeout(timer);
      resolve({ served: serving });
    };
    const serving = new SpdyConnection(socket, { onStream }).serve().finally(() => {
      gone.abort();
      clearTimeout(timer);
      reject(badRequest("the client went before it created its streams"));
    });
  });
  return channelsOf(socket, { streams, gone: gone.signal, served });
}

function channelsOf(
  socket: Duplex,
  { streams, gone, served }: { streams: Map<string, SpdyStream>; gone: AbortSignal; served: Promise<void> },
): RemoteChannels {
  const sizes = new TerminalSizes();
  streams.get("resize")?.on("data", (bytes: Buffer) => sizes.take(bytes));
  const [stdin, stdout, stderr] = ["stdin", "stdout", "stderr"].map((name) => streams.get(name));
  return {
    ...(stdin && { stdin }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    gone,
    onResize: (listener) => sizes.listen(listener),
    finish: async (status) => {
      const error = streams.get("error");
      error?.end(JSON.stringify(status));
      const outputs = [error, stdout, stderr].filter((each) => each !== undefined);
      await Promise.allSettled(outputs.map((each) => finished(each.end(), { readable: false })));
      // From here on: before, a client that reads slowly would lose the rest of what was written.
      const timer = setTimeout(() => socket.destroy(), CLOSE_DEADLINE_MS);
      socket.end();
      await served;
      clearTimeout(timer);
    },
    cut: () => void socket.destroy(),
  };
}
