import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createRateLimit } from "./rate-limit.js";

describe("createRateLimit", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("lets burst and rate through, then refuses and says when to try again", async () => {
    const limit = createRateLimit({ what: "new sessions", burst: 4, perMinute: 2 });
    for (let taken = 0; taken < 6; taken += 1) await limit.take("192.0.2.1");
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(limit.take("192.0.2.1")).rejects.toThrow(
      "Too many new sessions from this address; try again in 59 s.",
    );
    await expect(limit.take("192.0.2.1")).rejects.toMatchObject({ code: "SERVER_TOO_MANY_REQUESTS" });
    await limit.take("192.0.2.2");
    await vi.advanceTimersByTimeAsync(60_000);
    await limit.take("192.0.2.1");
  });

  it("does of many attempts at once no more than may fail, and counts none that does not", async () => {
    const limit = createRateLimit({ what: "wrong codes", burst: 6, perMinute: 4 });
    const wrong = new Error("wrong");
    let looked = 0;
    const attempt = (isRight: boolean, client = "192.0.2.1") =>
      limit.attempt(
        client,
        async () => {
          looked += 1;
          if (!isRight) throw wrong;
          return "in";
        },
        (error) => error === wrong,
      );
    const room = await Promise.all(Array.from({ length: 300 }, () => attempt(true)));
    expect(room).toEqual(Array.from({ length: 300 }, () => "in"));
    looked = 0;
    const guesses = await Promise.allSettled(Array.from({ length: 300 }, (_, at) => attempt(at === 299)));
    expect([looked, guesses.some(({ status }) => status === "fulfilled")]).toEqual([10, false]);
    await expect(attempt(true)).rejects.toMatchObject({ code: "SERVER_TOO_MANY_REQUESTS" });
    expect(await attempt(true, "192.0.2.2")).toBe("in");
  });

  it("counts the addresses of one IPv6 network together", async () => {
    const limit = createRateLimit({ what: "new sessions", burst: 1, perMinute: 1 });
    await limit.take("2001:db8:1:2::1");
    await limit.take("2001:db8:1:2:ffff::2");
    await expect(limit.take("2001:db8:1:2:3::4")).rejects.toThrow("Too many");
    await limit.take("2001:db8:1:3::1");
  });

  it("knows a network whose zeros an address leaves out", async () => {
    const limit = createRateLimit({ what: "new sessions", burst: 1, perMinute: 1 });
    await limit.take("2001:db8::1");
    await limit.take("2001:db8::a:b:c:d");
    await expect(limit.take("2001:db8:0:0:e::1")).rejects.toThrow("Too many");
    await limit.take("::1");
    await limit.take("2001:db8:0:1::1");
  });
});
