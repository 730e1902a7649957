import { describe, expect, it } from "vitest";
import { RateLimit } from "./rate-limit.js";
import { createTicketStore } from "./tickets.js";

const address = { session: "s", terminal: "1" };
const admission = { address, user: "ada", readOnly: false };

describe("a ticket", () => {
  it("admits once, its user, to its terminal", () => {
    const store = createTicketStore();
    const claims = [
      { address, user: "eve" },
      { address: { session: "s", terminal: "2" }, user: "ada" },
      { address: { session: "t", terminal: "1" }, user: "ada" },
    ];
    for (const claim of claims) expect(store.redeem(store.issue(admission), claim)).toBeUndefined();
    const ticket = store.issue(admission);
    expect(store.redeem(ticket, { address, user: "ada" })).toEqual(admission);
    expect(store.redeem(ticket, { address, user: "ada" })).toBeUndefined();
  });

  it("is spent by a wrong claim and by time, and gives way to newer ones", () => {
    let now = 0;
    const store = createTicketStore({ lifetimeMs: 1_000, limit: 3, now: () => now });
    const tried = store.issue(admission);
    store.redeem(tried, { address, user: "eve" });
    expect(store.redeem(tried, { address, user: "ada" })).toBeUndefined();
    const old = store.issue(admission);
    now = 1_000;
    expect(store.redeem(old, { address, user: "ada" })).toBeUndefined();
    const [first = "", ...others] = Array.from({ length: 4 }, () => store.issue(admission));
    expect(store.redeem(first, { address, user: "ada" })).toBeUndefined();
    for (const ticket of others) expect(store.redeem(ticket, { address, user: "ada" })).toBeDefined();
  });
});

describe("a rate limit", () => {
  it("allows a burst and then what refills", () => {
    let now = 0;
    const limit = new RateLimit({ burst: 10, perSecond: 5 }, () => now);
    expect([limit.take(10), limit.take(1)]).toEqual([true, false]);
    now = 1_000;
    expect([limit.take(5), limit.take(1)]).toEqual([true, false]);
  });
});
