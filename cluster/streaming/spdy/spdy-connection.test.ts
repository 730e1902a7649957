import { Duplex } from "node:stream";
import { constants, deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { controlFrame, dataFrame, FLAG_FIN, FRAME, words } from "./frames.js";
import { HEADER_DICTIONARY } from "./header-dictionary.js";
import { HeaderEncoder } from "./header-codec.js";
import { SpdyConnection } from "./spdy-connection.js";
import type { SpdyStream } from "./spdy-stream.js";

/** As many as one connection may have. */
const MANY_STREAMS = 512;
const MIB = 1024 * 1024;

/** A connection of which the test is the client: `serve` gets the client's bytes, `sent` is what the server answered. */
async function serve(
  chunks: Buffer[],
  onStream: (stream: SpdyStream) => void = () => undefined,
): Promise<Buffer> {
  const sent: Buffer[] = [];
  const left = [...chunks];
  const transport = new Duplex({
    read() {
      // In a turn of its own, so that what the server answers is sent before the end.
      setImmediate(() => this.push(left.shift() ?? null));
    },
    write: (bytes: Buffer, _encoding, done) => {
      sent.push(bytes);
      done();
    },
  });
  await new SpdyConnection(transport, { onStream }).serve();
  expect(transport.destroyed).toBe(true);
  return Buffer.concat(sent);
}

async function synStream(id: number, headers: [string, string][], flags = 0): Promise<Buffer> {
  const encoder = new HeaderEncoder();
  const block = await encoder.encode(new Map(headers));
  encoder.close();
  return controlFrame(FRAME.synStream, flags, Buffer.concat([words(id, 0), Buffer.alloc(2), block]));
}

describe("a SPDY connection", () => {
  it("opens streams with their headers and takes data in whatever pieces it comes", async () => {
    const bytes = Buffer.concat([
      await synStream(1, [
        ["streamtype", "data"],
        ["port", "80"],
      ]),
      dataFrame(1, Buffer.from("some ")),
      dataFrame(1, Buffer.from("bytes"), FLAG_FIN),
    ]);
    const heard: string[] = [];
    const answer = await serve(
      [...bytes].map((byte) => Buffer.from([byte])),
      (stream) => {
        heard.push(stream.headers.get("streamtype") ?? "", stream.headers.get("port") ?? "");
        stream.on("data", (piece: Buffer) => heard.push(piece.toString()));
        stream.once("end", () => heard.push("end"));
      },
    );
    expect(heard.slice(0, 2)).toEqual(["data", "80"]);
    expect(heard.slice(2).join("")).toBe("some bytesend");
    expect(answer.readUInt16BE(2)).toBe(FRAME.synReply);
  });

  it("answers pings, and not its own when they come back", async () => {
    const ping = controlFrame(FRAME.ping, 0, words(7));
    const own = controlFrame(FRAME.ping, 0, words(0xffff_ffff));
    expect((await serve([own, ping])).equals(ping)).toBe(true);
  });

  it.each([
    ["of another version", Buffer.from("8002000100000000", "hex")],
    ["that is too long", Buffer.from("8003000100ffffff", "hex")],
    ["that is none", Buffer.from("80030001000000045858585858585858", "hex")],
  ])("ends at a control frame %s", async (_what, bytes) => {
    expect(await serve([bytes, Buffer.alloc(8)])).toHaveLength(0);
  });

  it("ends at headers that unpack to more than any has", async () => {
    const block = deflateSync(Buffer.alloc(1_000_000), {
      dictionary: HEADER_DICTIONARY,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    const frame = controlFrame(FRAME.synStream, 0, Buffer.concat([words(1, 0), Buffer.alloc(2), block]));
    let streams = 0;
    await serve([frame, Buffer.alloc(8)], () => (streams += 1));
    expect(streams).toBe(0);
  });

  it("lets little wait for a client that does not read, however many streams it has opened", async () => {
    const ids = Array.from({ length: MANY_STREAMS }, (_, at) => at * 2 + 1);
    const encoder = new HeaderEncoder();
    const frames: Buffer[] = [];
    for (const id of ids) {
      const block = await encoder.encode(new Map([["streamtype", "data"]]));
      frames.push(controlFrame(FRAME.synStream, 0, Buffer.concat([words(id, 0), Buffer.alloc(2), block])));
    }
    encoder.close();
    const rooms: number[] = [];
    await serve(frames, (stream) => rooms.push(stream.writableHighWaterMark));
    expect(rooms).toHaveLength(MANY_STREAMS);
    expect(rooms[0]).toBe(MIB / 4);
    expect(rooms.reduce((sum, room) => sum + room, 0)).toBeLessThan(12 * MIB);
  });
});
