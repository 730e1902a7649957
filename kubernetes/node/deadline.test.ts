import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { DeadlineError, withDeadline } from "./deadline.js";

setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("withDeadline", () => {
  it("ends work that heeds nothing, also where all that nobody holds was collected meanwhile", async () => {
    const other = new AbortController();
    const work = withDeadline(600, other.signal, () => new Promise<never>(() => undefined));
    const ended = expect(work).rejects.toThrow(new DeadlineError(600));
    for (let times = 0; times < 5; times += 1) {
      await sleep(50);
      collectGarbage();
    }
    await ended;
  });

  it("tells the work when the time is over", async () => {
    let told: unknown;
    const listen = (signal: AbortSignal): Promise<never> =>
      new Promise(() => signal.addEventListener("abort", () => (told = signal.reason)));
    await expect(withDeadline(10, undefined, listen)).rejects.toThrow(DeadlineError);
    expect(told).toBeInstanceOf(DeadlineError);
  });

  it("ends with the reason of the signal it was given", async () => {
    const other = new AbortController();
    const ended = withDeadline(60_000, other.signal, () => new Promise<never>(() => undefined));
    other.abort(new Error("not wanted any more"));
    await expect(ended).rejects.toThrow("not wanted any more");
  });

  it("is what the work is, where that is done in time", async () => {
    await expect(withDeadline(60_000, undefined, async () => "done")).resolves.toBe("done");
  });
});
