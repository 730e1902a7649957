import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandOutcome, TerminalAddress } from "../common/session-host.js";
import { openTestReader } from "./gateway-for-tests.js";
import { startTestHost, type TestHost } from "./test-host.js";

/** Time a shell needs to have read a few keys and drawn their effect. */
const KEYS_MS = 500;
const TAB = "\t";
let test: TestHost;
let counter = 0;

beforeAll(async () => {
  test = await startTestHost();
});
afterAll(() => test.close());

async function newTerminal(env: Record<string, string> = {}): Promise<TerminalAddress> {
  counter += 1;
  const address = { session: `editor-${counter}`, terminal: "1" };
  await test.open(address, env);
  await run(address, "PS1='> '");
  return address;
}

function run(address: TerminalAddress, text: string): Promise<CommandOutcome> {
  return test.client.run(address, { id: randomUUID(), text });
}

/** Types keys and returns everything the terminal showed after them. */
async function press(address: TerminalAddress, keys: string): Promise<string> {
  const { reader, leave } = await openTestReader(test.socketPath, address);
  reader.send({ type: "input", data: keys });
  await wait(KEYS_MS);
  await leave();
  return reader.text;
}

describe("completion in bash", () => {
  it("neither asks nor pages, nor lists every program at an empty prompt", async () => {
    const address = await newTerminal();
    expect(await press(address, TAB + TAB)).not.toContain("possibilities");
    const many = await press(address, `c${TAB}${TAB}`);
    expect(many).toContain("chmod");
    expect(many).not.toMatch(/possibilities|More/);
    expect(await run(address, "echo typed")).toMatchObject({ status: "succeeded", output: "typed\n" });
  });

  it("offers no name of ours, and leaves the status of the last command to the learner", async () => {
    const address = await newTerminal();
    expect(await run(address, "compgen -c | grep -c lectern")).toMatchObject({ output: "0\n" });
    await run(address, "(exit 7)");
    expect(await run(address, "echo $?")).toMatchObject({ output: "7\n" });
  });
});

describe.each([
  ["a question", `c${TAB}${TAB}`],
  ["a history search", "\u0012echo"],
  ["half a key", "\u0018"],
  ["a repeat count", "\u001b5"],
  ["a quoted key", "\u0016"],
])("%s that is pending in bash", (_name, keys) => {
  it("is left before a command is typed", async () => {
    const address = await newTerminal();
    await run(address, "bind 'set completion-query-items 2'; bind 'set page-completions on'");
    const shown = await press(address, keys);
    if (keys.includes(TAB)) expect(shown).toContain("possibilities?");
    expect(await run(address, "echo kubectl get pods")).toMatchObject({
      status: "succeeded",
      output: "kubectl get pods\n",
    });
  });
});

it("a half-typed line under a question comes back with Ctrl-Y", async () => {
  const address = await newTerminal();
  await run(address, "bind 'set completion-query-items 2'");
  expect(await press(address, `echo kept; c${TAB}${TAB}`)).toContain("possibilities?");
  expect(await run(address, "echo between")).toMatchObject({ output: "between\n" });
  expect(await press(address, "\u0019\u0001")).toContain("echo kept; c");
});

const hasZsh = existsSync("/bin/zsh");
if (!hasZsh) console.log("skipping the completion and the vi keys of zsh: it is not installed");

const LEFT = "\u001b[D";
const VI_KEYS: [shell: string, mode: string][] = [["/bin/bash", "set -o vi"]];
if (hasZsh) VI_KEYS.push(["/bin/zsh", "bindkey -v"]);

describe.each(VI_KEYS)("with the vi keys of %s", (shell, mode) => {
  it.each([
    ["the cursor within it in insert mode", LEFT.repeat(3)],
    ["the cursor at its start in insert mode", LEFT.repeat(9)],
    ["the cursor within it in command mode", "\u001bhh"],
    ["an operator that waits for its motion", "\u001bhd"],
    ["what is replaced", "\u001bhhR"],
  ])(
    "a command is entered whole beside a half-typed line with %s, which is not run",
    async (_where, keys) => {
      const address = await newTerminal({ SHELL: shell });
      await run(address, mode);
      await press(address, `touch halfd${keys}`);
      expect(await run(address, "echo vi-block")).toMatchObject({
        status: "succeeded",
        exitStatus: 0,
        output: "vi-block\n",
      });
      expect(await run(address, "ls")).toMatchObject({ status: "succeeded", output: "" });
    },
  );
});

it.skipIf(!hasZsh)("a completion list in zsh takes nothing of a command", async () => {
  const address = await newTerminal({ SHELL: "/bin/zsh" });
  expect(await press(address, TAB + TAB)).not.toContain("possibilities");
  expect(await run(address, "echo typed")).toMatchObject({ status: "succeeded", output: "typed\n" });
});
