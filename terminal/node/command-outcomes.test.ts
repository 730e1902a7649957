import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandOutcome, TerminalAddress, TerminalEvent } from "../common/session-host.js";
import { openTestReader } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

let test: TestHost;
let counter = 0;

beforeAll(async () => {
  test = await startTestHost();
});
afterAll(() => test.close());

async function newTerminal(env: Record<string, string> = {}): Promise<TerminalAddress> {
  counter += 1;
  const address = { session: `session-${counter}`, terminal: "1" };
  await test.open(address, env);
  return address;
}

function run(address: TerminalAddress, text: string): Promise<CommandOutcome> {
  return test.client.run(address, { id: randomUUID(), text });
}

// Where zsh is not to be had the set-up has said so; the shell started in its place would be bash once more.
describe.each(["/bin/bash", "/bin/zsh"].filter((shell) => existsSync(shell)))("outcomes in %s", (shell) => {
  it("tells success, failure and interruption apart", async () => {
    const address = await newTerminal({ SHELL: shell });
    expect(await run(address, "echo hello")).toMatchObject({
      status: "succeeded",
      exitStatus: 0,
      output: "hello\n",
    });
    expect(await run(address, "false")).toMatchObject({ status: "failed", exitStatus: 1 });
    expect(await run(address, "(exit 7)")).toMatchObject({ status: "failed", exitStatus: 7 });
    const sleeping = run(address, "sleep 30");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await test.client.interrupt(address);
    expect(await sleeping).toMatchObject({ status: "interrupted", exitStatus: 130 });
  });

  it("counts a paste of several lines as one command", async () => {
    const address = await newTerminal({ SHELL: shell });
    const text = "# a comment\necho one\nfor i in 1 2; do\n  echo line $i\ndone\ncat <<EOF\nhere\nEOF";
    const output = "one\nline 1\nline 2\nhere\n";
    expect(await run(address, text)).toMatchObject({ status: "succeeded", exitStatus: 0, output });
    expect(await run(address, "echo a\n(exit 3)")).toMatchObject({ status: "failed", exitStatus: 3 });
  });

  it("removes a half-typed line and does not run it", async () => {
    const address = await newTerminal({ SHELL: shell });
    await run(address, "true");
    await test.client.input(address, "touch not-wanted; echo ");
    expect(await run(address, "ls")).toMatchObject({ status: "succeeded", output: "" });
  });

  it("calls an unfinished command unknown and gives the prompt back", async () => {
    const address = await newTerminal({ SHELL: shell });
    expect(await run(address, "echo 'open")).toMatchObject({
      status: "unknown",
      exitStatus: null,
      reason: expect.stringContaining("incomplete"),
    });
    expect(await run(address, "echo next")).toMatchObject({ status: "succeeded", output: "next\n" });
  });

  it("calls a syntax error failed", async () => {
    const address = await newTerminal({ SHELL: shell });
    expect((await run(address, "echo )")).status).toBe("failed");
  });
});

describe("a paste of several lines in bash", () => {
  it("fails where any line failed, not only the last", async () => {
    const address = await newTerminal();
    const outcome = await run(address, "echo a\n(exit 3)\necho b");
    expect(outcome).toMatchObject({ status: "failed", exitStatus: 3, output: "a\nb\n" });
  });
});

describe("what the shell cannot tell is never success", () => {
  it("in a nested shell the text counts as typed, until its exit gives the own shell back", async () => {
    const address = await newTerminal();
    expect(await run(address, "bash --norc")).toMatchObject({
      status: "typed",
      reason: expect.stringContaining("bash runs in the shell"),
    });
    expect(await run(address, "sleep 1; touch nested")).toMatchObject({
      status: "typed",
      reason: expect.stringContaining("typed into bash"),
    });
    expect(await run(address, "exit")).toMatchObject({ status: "typed" });
    expect(await run(address, "ls")).toMatchObject({ status: "succeeded", output: "nested\n" });
  });

  it("a REPL, and a shell that ended", async () => {
    const address = await newTerminal();
    expect(await run(address, "node")).toMatchObject({ status: "typed" });
    await test.client.input(address, "\u0004");
    await expect
      .poll(() => run(address, "echo back"))
      .toMatchObject({ status: "succeeded", output: "back\n" });
    const ended = run(address, "exit 5");
    const waiting = run(address, "echo late");
    expect(await ended).toMatchObject({ status: "unknown", reason: expect.stringContaining("status 5") });
    expect(await waiting).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("not entered"),
    });
  });

  it("marks printed by a program, also ones copied from the stream without their secret", async () => {
    const address = await newTerminal();
    const forged = String.raw`printf '\033]133;D;0;0\007\033]133;D;0;;1;feed\007\033]133;B;feed\007'; (exit 9)`;
    expect(await run(address, forged)).toMatchObject({ status: "failed", exitStatus: 9 });
    expect(await run(address, "set -a")).toMatchObject({ status: "succeeded" });
    expect(await run(address, "env | grep -cE 'lectern_(nonce|command)'")).toMatchObject({
      exitStatus: 1,
      output: "0\n",
    });
  });
});

describe("a command that runs for long", () => {
  it("is known when it ends; the next one names it, can be taken back, and is not typed into it", async () => {
    const address = await newTerminal();
    // A shell that is slow to start is waited for, too.
    await run(address, "true");
    const told: TerminalEvent[] = [];
    const stop = test.client.onEvent((event) => void told.push(event));
    const slow = run(address, "sleep 2; read answer");
    await expect.poll(() => told.some(({ type }) => type === "command-started")).toBe(true);
    const cancelled = test.client.run(address, { id: "back", text: "echo never" });
    const next = test.client.run(address, { id: "next", text: "echo again" });
    await expect
      .poll(() => told.filter(({ type }) => type === "command-waiting"))
      .toMatchObject([
        { id: "back", waitsFor: "sleep 2; read answer" },
        { id: "next", waitsFor: "sleep 2; read answer" },
      ]);
    expect(await test.client.cancel(address, "back")).toBe(true);
    expect(await test.client.cancel(address, "back")).toBe(false);
    expect(await cancelled).toMatchObject({ status: "cancelled", exitStatus: null });
    await test.client.input(address, "Ada\r");
    expect(await slow).toMatchObject({ status: "succeeded", exitStatus: 0 });
    expect(await next).toMatchObject({ status: "succeeded", output: "again\n" });
    stop();
  });

  it("waits for what the learner runs, by its command line", async () => {
    const address = await newTerminal();
    await run(address, "true");
    const told: TerminalEvent[] = [];
    const stop = test.client.onEvent((event) => void told.push(event));
    await test.client.input(address, "sleep 100\r");
    await wait(300);
    const next = run(address, "echo next");
    await expect.poll(() => told.at(-1)).toMatchObject({ type: "command-waiting", waitsFor: "sleep 100" });
    await test.client.interrupt(address);
    expect(await next).toMatchObject({ status: "succeeded", output: "next\n" });
    stop();
  });
});

describe("what happens before a command", () => {
  it("a prompt redrawn by Ctrl-L is not taken for the command's end", async () => {
    const address = await newTerminal();
    await run(address, "true");
    for (let round = 0; round < 15; round += 1) {
      await test.client.input(address, "\f");
      expect(await run(address, "(exit 4)")).toMatchObject({ status: "failed", exitStatus: 4 });
    }
  });

  it("nor is a prompt that is redrawn because a page takes another size", async () => {
    const address = await newTerminal();
    const { reader, leave } = await openTestReader(test.socketPath, address);
    await run(address, "true");
    for (let round = 0; round < 15; round += 1) {
      reader.send({ type: "resize", columns: 100 + round, rows: 30 });
      expect(await run(address, "(exit 4)")).toMatchObject({ status: "failed", exitStatus: 4 });
    }
    await leave();
  });

  it("lines typed while the shell was busy run first, and their status is not the command's", async () => {
    const address = await newTerminal();
    await run(address, "true");
    const sleeping = run(address, "sleep 0.5");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await test.client.input(address, "(exit 9)\r(exit 8)\r");
    const mine = run(address, "echo mine");
    expect(await sleeping).toMatchObject({ status: "succeeded" });
    expect(await mine).toMatchObject({ status: "succeeded", output: "mine\n" });
  });

  it("a line typed before the first prompt runs first", async () => {
    const address = await newTerminal();
    await test.client.input(address, "(exit 9)\r");
    expect(await run(address, "echo mine")).toMatchObject({ status: "succeeded", output: "mine\n" });
  });
});

describe("records", () => {
  it("queues commands of one terminal and repeats an outcome for the same id", async () => {
    const address = await newTerminal();
    const first = test.client.run(address, { id: "a", text: "sleep 0.3; echo a" });
    const second = test.client.run(address, { id: "b", text: "echo b" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await test.client.outcome(address, "b")).toBe("queued");
    expect((await first).output).toBe("a\n");
    expect((await second).output).toBe("b\n");
    expect(await test.client.run(address, { id: "a", text: "sleep 0.3; echo a" })).toEqual(await first);
    expect(await test.client.outcome(address, "a")).toEqual(await first);
    expect(await test.client.outcome(address, "never")).toBeUndefined();
  });

  it("keeps unicode whole and the last 64 KiB of much output", async () => {
    const address = await newTerminal();
    expect((await run(address, "echo 'héllo 漢字 ✓ 🎉'")).output).toBe("héllo 漢字 ✓ 🎉\n");
    const much = await run(address, "seq 1 60000");
    expect(much).toMatchObject({ status: "succeeded", outputTruncated: true });
    expect(much.output.length).toBe(65_536);
    expect(much.output.endsWith("59999\n60000\n")).toBe(true);
  });
});
