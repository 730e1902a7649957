import { describe, expect, it } from "vitest";
import { EventCorrelator } from "./event-correlator.js";
import { ManualClock } from "./manual-clock.js";

const identity = { about: "ReplicaSet/lab/web/uid", type: "Warning", reason: "FailedCreate" };

describe("the event correlator", () => {
  it("keeps different messages apart until there are ten of one kind", () => {
    const correlator = new EventCorrelator(new ManualClock());
    const results = Array.from({ length: 12 }, (_, i) => correlator.correlate(identity, `pod ${i}`));
    expect(new Set(results.map(({ key }) => key)).size).toBe(10);
    expect(results[8]?.message).toBe("pod 8");
    expect(results[9]?.message).toBe("(combined from similar events): pod 9");
    expect(results[11]?.key).toBe(results[9]?.key);
  });

  it("sees one event in equal messages", () => {
    const correlator = new EventCorrelator(new ManualClock());
    const keys = Array.from({ length: 12 }, () => correlator.correlate(identity, "same").key);
    expect(new Set(keys).size).toBe(1);
  });

  it("keeps the same words of two containers apart", () => {
    const correlator = new EventCorrelator(new ManualClock());
    const keys = ["spec.containers{a}", "spec.containers{b}"].map(
      (part) => correlator.correlate({ ...identity, part }, "same").key,
    );
    expect(new Set(keys).size).toBe(2);
  });

  it("begins anew after ten quiet minutes", () => {
    const clock = new ManualClock();
    const correlator = new EventCorrelator(clock);
    for (let i = 0; i < 12; i += 1) correlator.correlate(identity, `pod ${i}`);
    clock.advance(601_000);
    expect(correlator.correlate(identity, "pod 12").message).toBe("pod 12");
  });

  it("allows an object 25 events at once and one more every five minutes", () => {
    const clock = new ManualClock();
    const correlator = new EventCorrelator(clock);
    const allowed = Array.from({ length: 30 }, () => correlator.correlate(identity, "same").isAllowed);
    expect(allowed.filter(Boolean)).toHaveLength(25);
    clock.advance(300_000);
    expect(correlator.correlate(identity, "same").isAllowed).toBe(true);
    expect(correlator.correlate(identity, "same").isAllowed).toBe(false);
    expect(correlator.correlate({ ...identity, about: "other" }, "same").isAllowed).toBe(true);
  });
});
