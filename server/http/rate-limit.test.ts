import { describe, expect, it } from "vitest";
import { createRateLimit } from "./rate-limit.js";

describe("createRateLimit", () => {
  it("lets the burst through, then refuses and says when to try again", () => {
    let now = 0;
    const limit = createRateLimit("new sessions", 2, 6, () => now);
    limit.take("a");
    limit.take("a");
    expect(() => limit.take("a")).toThrow("Too many new sessions from this address; try again in 10 s.");
    limit.take("b");
    now += 10_000;
    limit.take("a");
    expect(() => limit.take("a")).toThrow(
      expect.objectContaining({ code: "SERVER_TOO_MANY_REQUESTS" }) as Error,
    );
  });
});
