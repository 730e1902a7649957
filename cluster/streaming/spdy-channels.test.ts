import { Duplex, Readable } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { relayProcess } from "./process-relay.js";
import type { RemoteChannels } from "./remote-channels.js";
import { spdyChannels } from "./spdy-channels.js";
import { controlFrame, FRAME, words } from "./spdy/frames.js";
import { HeaderEncoder } from "./spdy/header-codec.js";

/** More than a client gets to close its end. */
const LONG_MS = 60_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

it("a client that reads slowly gets all that was written, and is cut only where it does not close its end then", async () => {
  const client = await openClient();
  const { transport, channels } = client;
  client.isSlow = true;
  for (const text of ["one ", "two ", "three"]) channels.stdout?.write(text);
  const finished = channels.finish({ metadata: {}, status: "Success" });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(transport.destroyed).toBe(false);
  client.goOn();
  await expect.poll(() => transport.writableFinished).toBe(true);
  const text = client.received();
  expect(["one ", "two ", "three", '"Success"'].filter((each) => !text.includes(each))).toEqual([]);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  await finished;
  expect(transport.destroyed).toBe(true);
});

it("a client that takes nothing of what a process wrote that has ended is cut off", async () => {
  const client = await openClient();
  client.isSlow = true;
  const relayed = relayProcess(
    {
      stdout: Readable.from([Buffer.from("one "), Buffer.from("two")]),
      resize: () => undefined,
      exitCode: Promise.resolve(0),
      close: () => undefined,
    },
    client.channels,
  );
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(client.transport.destroyed).toBe(false);
  await vi.advanceTimersByTimeAsync(60 * LONG_MS);
  await relayed;
  expect(client.transport.destroyed).toBe(true);
});

interface Client {
  transport: Duplex;
  channels: RemoteChannels;
  /** Takes nothing more than it has, until it is told to go on. */
  isSlow: boolean;
  goOn: () => void;
  received: () => string;
}

/** A client that has opened its streams. */
async function openClient(): Promise<Client> {
  const sent: Buffer[] = [];
  let goOn: (() => void) | undefined;
  const transport = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      sent.push(bytes);
      if (client.isSlow) goOn = done;
      else done();
    },
  });
  const client = {
    transport,
    isSlow: false,
    goOn: () => {
      client.isSlow = false;
      goOn?.();
    },
    received: () => Buffer.concat(sent).toString("latin1"),
  };
  const encoder = new HeaderEncoder();
  for (const [at, name] of ["error", "stdout"].entries()) {
    const block = await encoder.encode(new Map([["streamtype", name]]));
    const body = Buffer.concat([words(2 * at + 1, 0), Buffer.alloc(2), block]);
    transport.push(controlFrame(FRAME.synStream, 0, body));
  }
  encoder.close();
  const channels = await spdyChannels(transport, { stdin: false, stdout: true, stderr: false, tty: false });
  return Object.assign(client, { channels });
}
