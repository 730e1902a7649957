import { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { spdyChannels } from "./spdy-channels.js";
import { controlFrame, FRAME, words } from "./spdy/frames.js";
import { HeaderEncoder } from "./spdy/header-codec.js";

/** More than a client gets to close its end. */
const LONG_MS = 60_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

it("a client that reads slowly gets all that was written, and is cut only where it does not close its end then", async () => {
  const sent: Buffer[] = [];
  let isSlow = false;
  let goOn: (() => void) | undefined;
  const transport = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      sent.push(bytes);
      if (isSlow) goOn = done;
      else done();
    },
  });
  const encoder = new HeaderEncoder();
  for (const [at, name] of ["error", "stdout"].entries()) {
    const block = await encoder.encode(new Map([["streamtype", name]]));
    const body = Buffer.concat([words(2 * at + 1, 0), Buffer.alloc(2), block]);
    transport.push(controlFrame(FRAME.synStream, 0, body));
  }
  encoder.close();
  const channels = await spdyChannels(transport, { stdin: false, stdout: true, stderr: false, tty: false });
  isSlow = true;
  for (const text of ["one ", "two ", "three"]) channels.stdout?.write(text);
  const finished = channels.finish({ metadata: {}, status: "Success" });
  await vi.advanceTimersByTimeAsync(LONG_MS);
  expect(transport.destroyed).toBe(false);
  isSlow = false;
  goOn?.();
  await expect.poll(() => transport.writableFinished).toBe(true);
  const text = Buffer.concat(sent).toString("latin1");
  expect(["one ", "two ", "three", '"Success"'].filter((each) => !text.includes(each))).toEqual([]);
  await vi.advanceTimersByTimeAsync(LONG_MS);
  await finished;
  expect(transport.destroyed).toBe(true);
});
