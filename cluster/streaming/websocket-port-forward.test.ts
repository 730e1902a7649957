import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { forwardOverChannels } from "./websocket-port-forward.js";
import { openWebSocketPair, type WebSocketPair } from "./websocket-pair-for-tests.js";

/** Many times what all connections on the way hold at once. */
const PIECES = 128;
const PIECE = Buffer.alloc(512 * 1024, "x");
const MANY_PORTS = 128;
const SMALL = Buffer.alloc(16 * 1024, "x");
/** Looks at a number that must be the same, for it to count as one that stays. */
const SAME_LOOKS = 8;

/** A program in the pod: it takes connections, and reads them when it is told to. */
class Program {
  bytes = 0;
  readonly #sockets: Socket[] = [];
  readonly #server: Server;
  #isReading: boolean;

  constructor(isReading: boolean) {
    this.#isReading = isReading;
    this.#server = createServer({ pauseOnConnect: true }, (socket) => {
      this.#sockets.push(socket);
      socket.on("error", () => socket.destroy());
      if (this.#isReading) this.#read(socket);
    }).listen(0, "127.0.0.1");
  }

  async port(): Promise<number> {
    if (!this.#server.listening) await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  read(): void {
    this.#isReading = true;
    for (const socket of this.#sockets) this.#read(socket);
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.end();
    this.#server.close();
  }

  #read(socket: Socket): void {
    socket.on("data", (bytes: Buffer) => (this.bytes += bytes.length));
    socket.resume();
  }
}

describe("ports over the channels of a WebSocket", () => {
  let pair: WebSocketPair;
  let idle: Program;
  let busy: Program;

  const send = (channel: number, bytes: Buffer): void =>
    pair.client.send(Buffer.concat([Buffer.from([channel]), bytes]), () => undefined);
  /** Of what came from the client, once it is no longer read or all is there. */
  const bytesRead = async (all: number): Promise<number> => {
    let [last, same] = [-1, 0];
    const look = (): boolean => {
      const now = pair.connection.bytesRead;
      same = now === last ? same + 1 : 0;
      last = now;
      return now >= all || (pair.server.isPaused && same >= SAME_LOOKS);
    };
    await expect.poll(look, { timeout: 60_000 }).toBe(true);
    return last;
  };

  beforeEach(async () => {
    pair = await openWebSocketPair();
    [idle, busy] = [new Program(false), new Program(true)];
  });
  afterEach(() => {
    pair.close();
    idle.close();
    busy.close();
  });

  it("wait for a program that does not read, whatever the others read", async () => {
    const served = forwardOverChannels(pair.server, [await idle.port(), await busy.port()], dial);
    for (let sent = 0; sent < PIECES; sent += 1) {
      send(0, PIECE);
      send(2, Buffer.from("y"));
    }
    const all = PIECES * PIECE.length;
    expect(await bytesRead(all)).toBeLessThan(all / 2);
    idle.read();
    await expect.poll(() => [idle.bytes, busy.bytes], { timeout: 60_000 }).toEqual([all, PIECES]);
    pair.client.close();
    await served;
  });

  it("go on for the others when the program that did not read is gone", async () => {
    const served = forwardOverChannels(pair.server, [await idle.port(), await busy.port()], dial);
    for (let sent = 0; sent < PIECES; sent += 1) send(0, PIECE);
    send(2, Buffer.from("y"));
    await expect.poll(() => pair.server.isPaused).toBe(true);
    idle.end();
    await expect.poll(() => busy.bytes, { timeout: 60_000 }).toBe(1);
    pair.client.close();
    await served;
  });

  it("end when the client goes while a program does not read", async () => {
    let hasEnded = false;
    void forwardOverChannels(pair.server, [await idle.port()], dial).then(() => (hasEnded = true));
    for (let sent = 0; sent < PIECES; sent += 1) send(0, PIECE);
    await bytesRead(PIECES * PIECE.length);
    pair.client.terminate();
    await expect.poll(() => hasEnded).toBe(true);
  });

  it("bring what a program has sent before it ended, whatever the client has still to read", async () => {
    const received = new Map<number, number>();
    pair.client.on("message", (message: Buffer) => {
      const [channel = 0] = message;
      received.set(channel, (received.get(channel) ?? 0) + message.length - 1);
    });
    const ended = once(pair.client, "close");
    pair.client.pause();
    const flood = Buffer.concat(Array.from({ length: PIECES }, () => PIECE));
    const short = PIECE.subarray(0, 1000);
    const served = forwardOverChannels(pair.server, [1, 2], async (port) => {
      if (port === 1) return saying([flood]);
      // Nothing more is taken by the connection.
      await expect.poll(() => pair.server.bufferedAmount).toBeGreaterThan(0);
      return saying([short, short, short]);
    });
    await expect.poll(() => pair.server.bufferedAmount).toBeGreaterThan(flood.length / 2);
    pair.client.resume();
    await Promise.all([served, ended]);
    const portBytes = 2;
    expect([received.get(0), received.get(2)]).toEqual([
      portBytes + flood.length,
      portBytes + 3 * short.length,
    ]);
  });

  it("read little ahead of a client that does not read, however many there are", async () => {
    pair.client.pause();
    const ports = Array.from({ length: MANY_PORTS }, (_, at) => at + 1);
    let taken = 0;
    const endless = (): Duplex =>
      new Duplex({
        readableHighWaterMark: 1,
        read() {
          setImmediate(() => {
            taken += SMALL.length;
            this.push(SMALL);
          });
        },
        write: (_bytes, _encoding, done) => done(),
      });
    const served = forwardOverChannels(pair.server, ports, async () => endless());
    let before = -1;
    await expect
      .poll(
        () => {
          const isStill = taken > 0 && before === taken;
          before = taken;
          return isStill;
        },
        { interval: 500, timeout: 20_000 },
      )
      .toBe(true);
    expect(taken).toBeLessThan(16 * 1024 * 1024);
    pair.client.terminate();
    await served;
  });

  it("go on for the others when nothing listens at one of them", async () => {
    const port = await idle.port();
    idle.close();
    const served = forwardOverChannels(pair.server, [port, await busy.port()], dial);
    for (let sent = 0; sent < PIECES; sent += 1) send(0, PIECE);
    send(2, Buffer.from("y"));
    await expect.poll(() => busy.bytes, { timeout: 60_000 }).toBe(1);
    pair.client.close();
    await served;
  });
});

/** A program that says this, and ends. */
function saying(pieces: Buffer[]): Duplex {
  const left = [...pieces];
  return new Duplex({
    read() {
      // In a turn of its own, as from a socket.
      setImmediate(() => this.push(left.shift() ?? null));
    },
    write: (_bytes, _encoding, done) => done(),
  });
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}
