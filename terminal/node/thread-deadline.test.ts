import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { waitedForProcessor } from "./process-stat.js";
import { ThreadDeadline } from "./thread-deadline.js";

const DEADLINE_MS = 500;
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

it("does not count what a thread waited for a processor", async () => {
  for (let rival = 0; rival < 3; rival += 1) start("sh", "-c", FOREVER);
  const starved = start("nice", "-n", "10", "sh", "-c", FOREVER);
  await expect.poll(() => waitedForProcessor(starved), { timeout: 20_000 }).toBeGreaterThan(100);
  const waitedBefore = waitedForProcessor(starved);
  const since = performance.now();
  await new Promise<void>((resolve) => new ThreadDeadline(resolve).start(DEADLINE_MS, starved));
  const waitedMs = waitedForProcessor(starved) - waitedBefore;
  expect(waitedMs).toBeGreaterThan(DEADLINE_MS);
  expect(performance.now() - since - waitedMs).toBeGreaterThan(DEADLINE_MS * 0.9);
});

it("counts what a thread that could run let pass", async () => {
  const idle = start("sleep", "60");
  await new Promise<void>((resolve) => new ThreadDeadline(resolve).start(DEADLINE_MS, idle));
});

it("does not pass once it was stopped", async () => {
  let hasPassed = false;
  const deadline = new ThreadDeadline(() => (hasPassed = true));
  deadline.start(10);
  deadline.stop();
  await wait(100);
  expect(hasPassed).toBe(false);
});
