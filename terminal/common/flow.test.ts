import { describe, expect, it } from "vitest";
import { ACKNOWLEDGE_EVERY, FLOW_HIGH, FLOW_LOW, account, commit, credit, openFlow } from "./flow.js";

describe("flow control", () => {
  it("pauses at the high mark and goes on at the low one", () => {
    let flow = account(openFlow(1_000), FLOW_HIGH - 1);
    expect(flow.paused).toBe(false);
    flow = account(flow, 1);
    expect([flow.paused, credit(flow)]).toEqual([true, 0]);
    flow = commit(flow, flow.sent - FLOW_LOW - 1);
    expect(flow.paused).toBe(true);
    flow = commit(flow, flow.sent - FLOW_LOW);
    expect([flow.paused, credit(flow)]).toEqual([false, FLOW_HIGH - FLOW_LOW]);
  });

  it("is not moved by acknowledgements that go backwards or beyond what was sent", () => {
    const flow = commit(account(openFlow(0), 500), 300);
    expect(commit(flow, 100)).toEqual(flow);
    expect(commit(flow, 1e12).committed).toBe(500);
  });

  it("never waits for an acknowledgement that a reader holds back", () => {
    expect(ACKNOWLEDGE_EVERY).toBeLessThanOrEqual(FLOW_LOW);
  });
});
