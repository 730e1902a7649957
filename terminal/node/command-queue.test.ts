import { expect, it } from "vitest";
import { CommandQueue } from "./command-queue.js";

const mark = (kind: string, ...fields: string[]) => ({ kind, fields, from: 0, to: 0 });
const CTRL_C = "\u0003";

it("an incomplete line whose Ctrl-C the shell did not notice is cancelled again, and the command typed once", async () => {
  const written: string[] = [];
  const queue = new CommandQueue({
    write: (text) => void written.push(text),
    abortsWithCtrlG: true,
    bracketedPaste: () => Promise.resolve(true),
    foreground: () => "shell",
    onStarted: () => undefined,
    onFinished: () => undefined,
  });
  queue.handleMark(mark("P"));
  const outcome = queue.run({ id: "1", text: "echo next", timeoutMs: 20_000 });
  expect(written).toEqual([CTRL_C]);
  await expect.poll(() => written, { timeout: 10_000 }).toEqual([CTRL_C, CTRL_C]);
  queue.handleMark(mark("D", "130"));
  queue.handleMark(mark("B"));
  await expect.poll(() => written.length, { timeout: 10_000 }).toBe(3);
  expect(written[2]).toContain("echo next");
  queue.handleMark(mark("C", "block"));
  queue.handleMark(mark("D", "0", "block"));
  queue.handleMark(mark("B"));
  expect((await outcome).status).toBe("succeeded");
});
