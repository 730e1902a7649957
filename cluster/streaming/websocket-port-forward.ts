import { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RawData, WebSocket } from "ws";
import { badRequest } from "../api/status.js";
import type { Call } from "../http/call.js";
import { WebSocketHold } from "./websocket-hold.js";

/** The first byte of each message names its channel: an even one for the data of a port, the next one for its errors. */
const CHANNELS_OF_A_PORT = 2;
/** One byte names a channel, and each port takes two. */
const MAX_PORTS = 128;
/** Of all pods' bytes that are read while those before are on their way to the client, and the least of one port's. */
const AHEAD_BYTES = 256 * 1024;
const LEAST_AHEAD_BYTES = 16 * 1024;

/** The ports a client that opens channels for them names beforehand; throws 400 where it names none, or what is none. */
export function namedPorts({ info: { query } }: Call): number[] {
  const ports = query.getAll("ports").flatMap((list) => list.split(",").map(Number));
  if (ports.length === 0) throw badRequest('query parameter "ports" is required');
  if (
    ports.length > MAX_PORTS ||
    !ports.every((port) => Number.isInteger(port) && port > 0 && port <= 65_535)
  )
    throw badRequest(
      `query parameter "ports" should name at most ${MAX_PORTS} ports, and is ${JSON.stringify(query.getAll("ports"))}`,
    );
  return ports;
}

/** Carries one connection to each port over the channels of a WebSocket, until the client goes or all have ended. */
export async function forwardOverChannels(
  client: WebSocket,
  ports: number[],
  dial: (port: number) => Promise<Duplex>,
): Promise<void> {
  const hold = new WebSocketHold(client);
  const aheadBytes = Math.max(Math.floor(AHEAD_BYTES / ports.length), LEAST_AHEAD_BYTES);
  const channels = ports.map((port, index) => {
    const channel = index * CHANNELS_OF_A_PORT;
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    for (const each of [channel, channel + 1]) client.send(Buffer.concat([Buffer.from([each]), number]));
    return { port, errors: channel + 1, data: channelStream({ client, hold, channel, aheadBytes }) };
  });
  client.on("message", (message: RawData) => {
    const bytes = message as Buffer;
    const channel = bytes[0] ?? 0;
    const { data } = channels[channel / CHANNELS_OF_A_PORT] ?? {};
    if (data === undefined || data.destroyed || bytes.length < 2) return;
    if (!data.push(bytes.subarray(1))) hold.hold(channel);
  });
  client.once("close", () => {
    for (const { data } of channels) data.destroy();
  });
  await Promise.all(
    channels.map(async ({ port, errors, data }) => {
      try {
        const socket = await dial(port);
        // A client cannot say that it sends no more: the connection ends when the pod ends it, or the client goes.
        const sending = pipeline(data, socket).catch(() => undefined);
        await pipeline(socket, data);
        data.destroy();
        await sending;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        client.send(
          Buffer.concat([Buffer.from([errors]), Buffer.from(`error forwarding port ${port} to pod: ${why}`)]),
          () => undefined,
        );
      } finally {
        // What comes for a port that has ended must not hold up the others.
        data.destroy();
      }
    }),
  );
  client.close(1000);
}

interface Channel {
  client: WebSocket;
  hold: WebSocketHold;
  channel: number;
  aheadBytes: number;
}

function channelStream({ client, hold, channel, aheadBytes }: Channel): Duplex {
  const stream = new Duplex({
    writableHighWaterMark: aheadBytes,
    read: () => hold.release(channel),
    // What has come while the last message was on its way is one message.
    writev: (pieces, done) =>
      client.send(Buffer.concat([Buffer.of(channel), ...pieces.map(({ chunk }) => chunk as Buffer)]), () =>
        done(),
      ),
  });
  stream.on("error", () => undefined);
  stream.once("close", () => hold.release(channel));
  return stream;
}
