import { expect, it } from "vitest";
import { CommandQueue } from "./command-queue.js";

const mark = (kind: string, ...fields: string[]) => ({ kind, fields, from: 0, to: 0 });
const CTRL_C = "\u0003";

it("an incomplete line whose Ctrl-C the shell did not notice is cancelled again, and the command typed once", async () => {
  const written: string[] = [];
  const queue = new CommandQueue({
    write: (text) => void written.push(text),
    shell: {
      program: "bash",
      isPromptShown: true,
      foreground: () => ({ kind: "shell", isIdle: true, isStopped: false }),
      hasSuspended: () => false,
      integrateAgain: () => undefined,
      resume: () => undefined,
    },
    bracketedPaste: () => true,
    onStarted: () => undefined,
    onWaiting: () => undefined,
    onFinished: () => undefined,
  });
  queue.handleMark(mark("P"));
  const outcome = queue.run({ id: "1", text: "echo next" });
  expect(written).toEqual([CTRL_C]);
  await expect.poll(() => written).toEqual([CTRL_C, CTRL_C]);
  queue.handleMark(mark("D", "130", "", "1"));
  queue.handleMark(mark("B"));
  await expect.poll(() => written.length).toBe(3);
  expect(written[2]).toContain("echo next");
  const nonce = / ?([0-9a-f]{32}) echo next/.exec(written[2] ?? "")?.[1] ?? "";
  queue.handleMark(mark("C", nonce, "130", "1", ""));
  queue.handleMark(mark("D", "0", nonce, "2"));
  queue.handleMark(mark("B"));
  expect((await outcome).status).toBe("succeeded");
});
