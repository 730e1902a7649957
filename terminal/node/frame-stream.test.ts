import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FrameStream } from "./frame-stream.js";

describe("a connection that is read slowly", () => {
  let server: Server;
  let socket: Socket;
  let stream: FrameStream;
  let told: string[];

  /** Connects to somebody who sends frames and goes at once; its reader pauses at the first. */
  beforeEach(async () => {
    server = createServer((other) => {
      const from = new FrameStream(other, { json: () => undefined });
      // All of it arrives at once.
      other.cork();
      for (const text of ["first", "second"]) from.output(Buffer.from(text));
      from.json("last");
      from.end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    told = [];
    socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    stream = new FrameStream(socket, {
      json: (text) => void told.push(text),
      output: (frame) => {
        told.push(Buffer.from(frame).toString());
        stream.pause();
      },
      gone: () => void told.push("gone"),
      closed: () => void told.push("closed"),
    });
    await once(socket, "close");
  });
  afterEach(() => {
    stream.destroy();
    server.close();
  });

  it("gives what was sent before its end to whoever goes on reading, and tells of the end behind it", () => {
    expect(told).toEqual(["first", "gone"]);
    stream.resume();
    expect(told).toEqual(["first", "gone", "second"]);
    stream.resume();
    expect(told).toEqual(["first", "gone", "second", '"last"', "closed"]);
    stream.resume();
    expect(told.filter((each) => each === "closed")).toHaveLength(1);
  });

  it("gives nothing more once it is let go of", () => {
    stream.destroy();
    stream.resume();
    expect(told).toEqual(["first", "gone", "closed"]);
  });
});
