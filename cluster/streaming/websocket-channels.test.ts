import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { relayProcess } from "./process-relay.js";
import type { RemoteChannels } from "./remote-channels.js";
import { websocketChannels } from "./websocket-channels.js";
import { openWebSocketPair, type WebSocketPair } from "./websocket-pair-for-tests.js";

const WANTED = { stdin: true, stdout: true, stderr: false, tty: true };
const END_OF_INPUT = Buffer.from([255, 0]);

describe("the channels of a WebSocket", () => {
  let pair: WebSocketPair;
  let channels: RemoteChannels;

  const input = (text: string): void =>
    pair.client.send(Buffer.concat([Buffer.from([0]), Buffer.from(text)]));
  /** Resolves when the server has taken whatever was sent before. */
  const taken = async (): Promise<void> => {
    const heard = new Promise<void>((resolve) => channels.onResize(() => resolve()));
    pair.client.send(Buffer.concat([Buffer.from([4]), Buffer.from('{"Width":80,"Height":24}')]));
    await heard;
  };
  const read = async (): Promise<string> => {
    let text = "";
    for await (const piece of channels.stdin ?? []) text += String(piece);
    return text;
  };

  beforeEach(async () => {
    pair = await openWebSocketPair();
    channels = websocketChannels(pair.server, WANTED);
  });
  afterEach(() => pair.close());

  it.each([
    ["nothing", []],
    ["some input", ["some ", "input"]],
  ])("drop what comes behind the end of %s before a process has begun to read", async (_what, before) => {
    for (const text of before) input(text);
    pair.client.send(END_OF_INPUT);
    input("more");
    pair.client.send(END_OF_INPUT);
    input("");
    await taken();
    expect(await read()).toBe(before.join(""));
  });

  it("drop what comes when nobody wants input any more", async () => {
    channels.stdin?.destroy();
    input("late");
    pair.client.send(END_OF_INPUT);
    await taken();
    expect(channels.gone.aborted).toBe(false);
  });

  it("tell that the client has gone while nobody reads its input", async () => {
    for (let sent = 0; sent < 500; sent += 1) input("x".repeat(100_000));
    await expect.poll(() => pair.server.isPaused && pair.client.bufferedAmount > 0).toBe(true);
    pair.client.terminate();
    await expect.poll(() => channels.gone.aborted).toBe(true);
    expect(channels.stdin?.destroyed).toBe(true);
  });

  it("hear of sizes behind input that a process without input never reads", async () => {
    const child = spawn("sleep", ["1000"], { stdio: ["ignore", "pipe", "ignore"] });
    let sizes = 0;
    const relayed = relayProcess(
      {
        stdout: child.stdout,
        resize: () => (sizes += 1),
        exitCode: once(child, "exit").then(() => 0),
        close: () => void child.kill(),
      },
      channels,
    );
    for (let sent = 0; sent < 100; sent += 1) input("x".repeat(100_000));
    pair.client.send(Buffer.concat([Buffer.from([4]), Buffer.from('{"Width":80,"Height":24}')]));
    await expect.poll(() => sizes).toBe(1);
    pair.client.close();
    await relayed;
    expect(child.killed).toBe(true);
  });

  it("tell all that a process wrote before they tell how it ended, also over a slow connection", async () => {
    const heard: Buffer[] = [];
    pair.client.on("message", (data: Buffer) => heard.push(data));
    const stdout = Readable.from(["one ", "two ", "three ", "four"].map((word) => Buffer.from(word)));
    pair.connection.cork();
    const relayed = relayProcess(
      { stdout, resize: () => undefined, exitCode: Promise.resolve(0), close: () => undefined },
      channels,
    );
    await expect.poll(() => stdout.readableEnded).toBe(true);
    pair.connection.uncork();
    await relayed;
    const outcome = heard.findIndex((message) => message[0] === 3);
    const before = heard.slice(0, outcome).map((message) => message.subarray(1).toString());
    expect(before.join("")).toBe("one two three four");
    expect(heard.slice(outcome + 1)).toEqual([]);
  });

  it("cut a client off that never reads what a process wrote that has ended", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      pair.client.pause();
      const piece = Buffer.alloc(1_000_000);
      let isClosed = false;
      const relayed = relayProcess(
        {
          stdout: Readable.from(Array.from({ length: 50 }, () => piece)),
          resize: () => undefined,
          exitCode: Promise.resolve(0),
          close: () => (isClosed = true),
        },
        channels,
      );
      await vi.advanceTimersByTimeAsync(60_000);
      expect(channels.gone.aborted).toBe(false);
      await vi.advanceTimersByTimeAsync(60 * 60_000);
      await relayed;
      expect(isClosed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
