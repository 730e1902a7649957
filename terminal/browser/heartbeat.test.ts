import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Heartbeat } from "./heartbeat.js";

let said: string[];
let heartbeat: Heartbeat;
beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  heartbeat = new Heartbeat({
    ask: () => said.push("ask"),
    dead: () => said.push("dead"),
    look: () => undefined,
  });
  heartbeat.start();
});
afterEach(() => {
  heartbeat.stop();
  vi.useRealTimers();
});

it("takes a network that says nothing for dead within five seconds, once, and after it has asked", () => {
  vi.advanceTimersByTime(2_000);
  expect(said).toEqual(["ask"]);
  vi.advanceTimersByTime(3_000);
  expect(said).toEqual(["ask", "dead"]);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual(["ask", "dead"]);
});

it("goes on where there is an answer", () => {
  for (let round = 0; round < 10; round += 1) {
    vi.advanceTimersByTime(2_000);
    heartbeat.heard();
  }
  expect(said).toEqual(Array.from({ length: 10 }, () => "ask"));
});

it("asks anew where the page itself was held up", () => {
  vi.advanceTimersByTime(2_000);
  vi.setSystemTime(Date.now() + 30_000);
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual(["ask", "ask"]);
});
