import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SilenceWatch } from "./silence-watch.js";

let said: string[];
let watch: SilenceWatch;
beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  watch = new SilenceWatch({ ask: () => said.push("ask"), dead: () => said.push("dead"), lookMs: 100 });
});
afterEach(() => {
  watch.stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it("asks again and again where there is an answer", () => {
  for (let at = 0; at < 5; at += 1) {
    vi.advanceTimersByTime(100);
    watch.heard();
  }
  expect(said).toEqual(["ask", "ask", "ask", "ask", "ask"]);
});

it("takes a connection for dead once that has asked in vain for two looks", () => {
  vi.advanceTimersByTime(250);
  expect(said).toEqual(["ask"]);
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual(["ask", "dead"]);
});

it("waits for an answer anew where it was held up itself", () => {
  vi.advanceTimersByTime(200);
  const late = performance.now() + 1_000;
  vi.spyOn(performance, "now").mockReturnValue(late);
  vi.advanceTimersByTime(100);
  expect(said).toEqual(["ask", "ask"]);
});
