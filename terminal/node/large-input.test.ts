import { afterAll, beforeAll, expect, it } from "vitest";
import type { TerminalAddress } from "../common/session-host.js";
import { INPUT_LIMIT } from "../common/viewer-frames.js";
import { PASTE_END, PASTE_START } from "../common/paste-brackets.js";
import { openTestGateway, TestReader, type TestGateway } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

const MEGABYTE = 1024 * 1024;
const CTRL_C = "\u0003";
let test: TestHost;
let gateway: TestGateway;
let counter = 0;

beforeAll(async () => {
  test = await startTestHost();
  gateway = await openTestGateway(test.socketPath);
});
afterAll(async () => {
  await gateway.close();
  await test.close();
});

async function newReader(shell: string): Promise<TestReader> {
  counter += 1;
  const address: TerminalAddress = { session: `large-${counter}`, terminal: "1" };
  await test.open(address, { SHELL: shell });
  await test.client.run(address, { id: "ready", text: "PS1='> '" });
  const reader = new TestReader(gateway, address);
  await new Promise((resolve, reject) => reader.socket.once("open", resolve).once("error", reject));
  reader.send({ type: "hello", columns: 120, rows: 32 });
  await reader.until(() => reader.events.length > 0);
  return reader;
}

function send(reader: TestReader, text: string): void {
  for (let at = 0; at < text.length; at += INPUT_LIMIT)
    reader.send({ type: "input", data: text.slice(at, at + INPUT_LIMIT) });
}

function lines(bytes: number): string {
  const line =
    "touch pasted; echo one of ten thousand lines of a paste that nobody wanted to make, but did\r";
  return line.repeat(Math.ceil(bytes / line.length));
}

it.each([100, 1_500])(
  "bash is usable again after Ctrl-C, %i ms into a paste of a megabyte, and ran none of it",
  async (pauseMs) => {
    const reader = await newReader("/bin/bash");
    send(reader, `${PASTE_START}${lines(MEGABYTE)}${PASTE_END}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    reader.send({ type: "input", data: CTRL_C });
    await new Promise((resolve) => setTimeout(resolve, 200));
    reader.send({ type: "input", data: "echo us''able; ls\r" });
    await reader.until(() => reader.text.includes("usable\r\n"), 120_000);
    const after = await test.client.run(reader.address, { id: "after", text: "ls" });
    expect(after).toMatchObject({ status: "succeeded", output: "" });
    reader.socket.close();
  },
  180_000,
);

it("a paste as large as a page allows arrives whole and in order", async () => {
  const reader = await newReader("/bin/bash");
  reader.send({ type: "input", data: "wc -l; echo do''ne\r" });
  await reader.until(() => reader.text.includes("\u001b[?2004l"));
  const numbers = Array.from({ length: 30_000 }, (_, index) => String(100_000 + index));
  send(reader, `${numbers.join("\n")}\n\u0004`);
  await reader.until(() => reader.text.includes("done\r\n"), 20_000);
  expect(reader.text).toContain("\n30000\r\n");
  reader.socket.close();
});
