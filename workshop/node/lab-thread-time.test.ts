import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { afterOwnTime, ownTask } from "./lab-thread-time.js";

const FOREVER = "while :; do :; done";
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** Starts a process on the first processor; returns its number. */
function start(...argv: string[]): number {
  const child = spawn("taskset", ["-c", "0", ...argv], { stdio: "ignore" });
  started.push(child);
  return child.pid ?? 0;
}

function waited(task: number): number {
  return Number(readFileSync(`/proc/${task}/schedstat`, "utf8").split(" ")[1]) / 1e6;
}

it("what a thread waits for a processor is none of its time", async () => {
  // Four share a processor alike; whatever else the machine does goes before them.
  for (let rival = 0; rival < 3; rival += 1) start("nice", "-n", "10", "sh", "-c", FOREVER);
  const starved = start("nice", "-n", "10", "sh", "-c", FOREVER);
  await expect.poll(() => waited(starved), { timeout: 20_000 }).toBeGreaterThan(100);
  const since = performance.now();
  await new Promise<void>((resolve) => void afterOwnTime(300, starved, resolve));
  expect(performance.now() - since).toBeGreaterThan(600);
});

it("all else is, and passes no more once it was stopped", async () => {
  const passed: string[] = [];
  const stop = afterOwnTime(10, ownTask(), () => passed.push("stopped"));
  stop();
  afterOwnTime(100, undefined, () => passed.push("unknown"));
  afterOwnTime(0, ownTask(), () => passed.push("none"));
  await expect.poll(() => passed, { timeout: 20_000 }).toEqual(["none", "unknown"]);
});
