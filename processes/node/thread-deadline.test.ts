import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { ownTask, waitedForProcessor } from "./process-stat.js";
import { ThreadDeadline } from "./thread-deadline.js";

const FOREVER = "while :; do :; done";
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** The first processor that this process may run on. */
const PROCESSOR = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";

/** Starts a process on one processor, behind all else that the machine does there; returns its number. */
function start(...argv: string[]): number {
  const child = spawn("taskset", ["-c", PROCESSOR, "nice", "-n", "10", ...argv], { stdio: "ignore" });
  started.push(child);
  return child.pid ?? 0;
}

/** Of one that is gone, the time would pass as well. */
function isThere(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}/stat`);
}

it("what a thread waits for a processor is none of its time", async () => {
  // Four share a processor alike.
  for (let rival = 0; rival < 3; rival += 1) start("sh", "-c", FOREVER);
  const starved = start("sh", "-c", FOREVER);
  await expect.poll(() => waitedForProcessor(starved)).toBeGreaterThan(100);
  const since = performance.now();
  await new Promise<void>((resolve) => new ThreadDeadline(resolve).start(300, starved));
  expect(performance.now() - since).toBeGreaterThan(600);
});

it("counts what a thread that could run let pass", async () => {
  const idle = start("sleep", "60");
  await new Promise<void>((resolve) => new ThreadDeadline(resolve).start(500, idle));
  expect(isThere(idle)).toBe(true);
});

it("counts what a thread ran without an end", async () => {
  const busy = start("sh", "-c", FOREVER);
  await new Promise<void>((resolve) => new ThreadDeadline(resolve).start(300, busy));
  expect(isThere(busy)).toBe(true);
});

it("counts all of a thread whose number is not known, and passes at once where there is no time", async () => {
  const passed: string[] = [];
  new ThreadDeadline(() => passed.push("unknown")).start(100);
  new ThreadDeadline(() => passed.push("none")).start(0, ownTask());
  expect(passed).toEqual([]);
  await expect.poll(() => passed).toEqual(["none", "unknown"]);
});

it("does not pass once it was stopped or begun anew", async () => {
  const passed: string[] = [];
  const stopped = new ThreadDeadline(() => passed.push("stopped"));
  for (const ms of [0, 10]) {
    stopped.start(ms);
    stopped.stop();
  }
  const again = new ThreadDeadline(() => passed.push("again"));
  again.start(0);
  again.start(10);
  await expect.poll(() => passed).toEqual(["again"]);
  await new Promise<void>((resolve) => new ThreadDeadline(resolve).start(100));
  expect(passed).toEqual(["again"]);
});
