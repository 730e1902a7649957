import { once } from "node:events";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { RawData, WebSocket } from "ws";
import { ClientInput } from "./client-input.js";
import { WebSocketHold } from "./websocket-hold.js";
import type { RemoteChannels, WantedStreams } from "./remote-channels.js";
import { TerminalSizes } from "./remote-channels.js";

/** In the order of preference: with the last one a client can say that its input has ended. */
export const CHANNEL_PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/** The first byte of each message names its channel. */
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
/** Milliseconds a client gets to close its end, before the connection is cut. */
const CLOSE_DEADLINE_MS = 2000;

/** The streams of a command over the channels of one WebSocket. */
export function websocketChannels(client: WebSocket, wanted: WantedStreams): RemoteChannels {
  const gone = new AbortController();
  const sizes = new TerminalSizes();
  const hold = new WebSocketHold(client);
  const stdin = wanted.stdin ? new ClientInput(() => hold.release(CHANNEL.stdin)) : undefined;
  const stdout = wanted.stdout ? output(client, CHANNEL.stdout) : undefined;
  const stderr = wanted.stderr ? output(client, CHANNEL.stderr) : undefined;
  client.on("message", (data: RawData) => {
    const bytes = data as Buffer;
    const content = bytes.subarray(1);
    if (bytes[0] === CHANNEL.resize) sizes.take(content);
    else if (bytes[0] === CHANNEL.close && content[0] === CHANNEL.stdin) stdin?.receiveEnd();
    else if (bytes[0] === CHANNEL.stdin && stdin?.receive(content) === false) hold.hold(CHANNEL.stdin);
  });
  stdin?.once("close", () => hold.release(CHANNEL.stdin));
  client.once("close", () => {
    gone.abort();
    stdin?.destroy();
  });
  // The client begins when it hears of the first of its streams.
  const first = stdout ? CHANNEL.stdout : stderr ? CHANNEL.stderr : CHANNEL.error;
  client.send(Buffer.from([first]));
  return {
    ...(stdin && { stdin }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    gone: gone.signal,
    onResize: (listener) => sizes.listen(listener),
    finish: async (status) => {
      const outputs = [stdout, stderr].filter((each) => each !== undefined);
      await Promise.allSettled(outputs.map((each) => finished(each.end())));
      await sent(client, CHANNEL.error, Buffer.from(JSON.stringify(status)));
      stdin?.destroy();
      await closed(client);
    },
    cut: () => client.terminate(),
  };
}

function output(client: WebSocket, channel: number): Writable {
  return new Writable({
    write: (bytes: Buffer, _encoding, done) => send(client, { channel, bytes, done }),
  });
}

/** Calls `done` when the connection has taken the message, or is gone. */
function send(
  client: WebSocket,
  { channel, bytes, done }: { channel: number; bytes: Buffer; done: () => void },
): void {
  client.send(Buffer.concat([Buffer.from([channel]), bytes]), () => done());
}

function sent(client: WebSocket, channel: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    send(client, { channel, bytes, done: resolve });
  });
}

async function closed(client: WebSocket): Promise<void> {
  if (client.readyState === client.CLOSED) return;
  const timer = setTimeout(() => client.terminate(), CLOSE_DEADLINE_MS);
  const end = once(client, "close");
  client.close(1000);
  await end;
  clearTimeout(timer);
}
