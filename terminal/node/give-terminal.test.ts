import { readFileSync, statSync } from "node:fs";
import { spawn } from "node-pty";
import { expect, it } from "vitest";
import { giveTerminal } from "./give-terminal.js";

/** No account has that number, and no kernel takes it. */
const NOBODY = { uid: -2, gid: -2 };
const DEADLINE = { timeout: 30_000 };

it("kills what runs in a terminal that cannot be given to its account, and what it started", async () => {
  const pty = spawn("/bin/sh", ["-c", "trap '' HUP; sleep 3600 & echo child=$!=; wait"], {
    encoding: "utf8",
  });
  let output = "";
  pty.onData((text) => (output += text));
  let isOver = false;
  pty.onExit(() => (isOver = true));
  await expect.poll(() => output, DEADLINE).toMatch(/child=\d+=/);
  expect(() => giveTerminal(pty, NOBODY)).toThrow(/out of range/);
  await expect.poll(() => isOver, DEADLINE).toBe(true);
  const child = /child=(\d+)=/.exec(output)?.[1] ?? "";
  await expect.poll(() => commandOf(child), DEADLINE).toBe("");
});

it("gives it otherwise, and lets what runs there be", async () => {
  const pty = spawn("/bin/sh", ["-c", "echo ready; read -r line; exit 7"], { encoding: "utf8" });
  let output = "";
  pty.onData((text) => (output += text));
  let status: number | undefined;
  pty.onExit(({ exitCode }) => (status = exitCode));
  await expect.poll(() => output, DEADLINE).toContain("ready");
  const { uid, gid } = statSync("/proc/self");
  giveTerminal(pty, { uid, gid });
  pty.write("go on\n");
  await expect.poll(() => status, DEADLINE).toBe(7);
});

/** Nothing of a process that has ended, also before anybody has asked how. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}
