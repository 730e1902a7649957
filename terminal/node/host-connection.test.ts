import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { encodeJsonFrame } from "./frame-stream.js";
import { HostConnection } from "./host-connection.js";

describe("a call while its host is away", () => {
  afterEach(() => void vi.useRealTimers());

  it("waits its time and no longer, also where it begins near the end of a round of attempts", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const first = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() });
    let isAway = false;
    const dial = async (): Promise<Socket> => {
      if (isAway) throw new Error("nobody answers");
      isAway = true;
      return first as Socket;
    };
    const connection = new HostConnection({ dial, reconnectMs: 10_000 });
    await connection.ready();
    await vi.advanceTimersByTimeAsync(60_000);
    first.destroy();
    // The first round of ten seconds and the pause behind it are over, and most of the second round.
    await vi.advanceTimersByTimeAsync(22_000);
    let outcome: unknown;
    connection.call({ method: "sessions" }).catch((error: unknown) => (outcome = error));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(outcome).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(outcome).toMatchObject({ message: "nobody answers" });
    await connection.close();
  });
});

describe("a call that a host which goes on speaking does not answer", () => {
  afterEach(() => void vi.useRealTimers());

  it("is given up after a minute, and a command that runs is not", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const deaf = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() });
    const connection = new HostConnection({ dial: async () => deaf as Socket });
    const address = { session: "s", terminal: "1" };
    const outcomes: string[] = [];
    const told = (name: string, call: Promise<unknown>): void =>
      void call.catch((error: Error) => outcomes.push(`${name}: ${error.message}`));
    await connection.ready();
    told("recordings", connection.call({ method: "recordings" }));
    told("run", connection.call({ method: "run", address, command: { id: "1", text: "sleep 100" } }));
    await vi.advanceTimersByTimeAsync(59_000);
    expect(outcomes).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(outcomes).toEqual([
      'recordings: The connection to the terminal host has brought no answer to "recordings" in 60 s.',
    ]);
    await connection.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(outcomes.length).toBe(2);
  });
});

it("a host that says something and hangs up is not dialled again without a pause", async () => {
  let made = 0;
  const server = createServer((socket) => {
    made += 1;
    socket.on("error", () => undefined);
    socket.end(encodeJsonFrame({ event: { type: "terminal-opened", address: {} } }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const dial = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  };
  const connection = new HostConnection({ dial });
  try {
    await connection.ready();
    await wait(3_000);
    expect(made).toBeGreaterThan(2);
    expect(made).toBeLessThan(60);
  } finally {
    await connection.close();
    server.close();
  }
});
