import { describe, expect, it } from "vitest";
import { ReplayBuffer } from "./replay-buffer.js";

describe("the replay buffer", () => {
  it.each([
    { limit: 100, largest: 7, what: "as they are" },
    { limit: 640, largest: 3, what: "gathered" },
    { limit: 640, largest: 29, what: "one way or the other" },
  ])("gives back every stretch of what it still holds $what, and nothing else", ({ limit, largest }) => {
    const buffer = new ReplayBuffer(limit);
    const all: number[] = [];
    for (let index = 0; all.length < 2 * limit; index += 1) {
      const length = ((index * 5) % largest) + 1;
      const chunk = Uint8Array.from({ length }, (_, offset) => (index * 31 + offset) % 256);
      all.push(...chunk);
      buffer.append(chunk);
    }
    expect(buffer.end).toBe(all.length);
    expect(buffer.end - buffer.start).toBeLessThanOrEqual(limit);
    expect(buffer.end - buffer.start).toBeGreaterThanOrEqual(limit - 2 * largest - 10);
    for (let from = buffer.start; from <= buffer.end; from += 1) {
      for (const size of [1, 10, 1_000])
        expect([...(buffer.read(from, size) ?? [])]).toEqual(all.slice(from, from + size));
    }
    expect(buffer.read(buffer.start - 1, 5)).toBeUndefined();
    expect(buffer.read(buffer.end + 1, 5)).toBeUndefined();
  });

  it("keeps what comes byte by byte in few pieces", () => {
    const buffer = new ReplayBuffer();
    for (let index = 0; index < 1_200_000; index += 1) buffer.append(Uint8Array.of(index % 256));
    expect(buffer.pieces).toBeLessThan(100);
    expect([...(buffer.read(1_100_000, 3) ?? [])]).toEqual([0, 1, 2].map((add) => (1_100_000 + add) % 256));
  });

  it("holds one chunk that is larger than its limit", () => {
    const buffer = new ReplayBuffer(10);
    buffer.append(new Uint8Array(50));
    buffer.append(new Uint8Array(20));
    expect([buffer.start, buffer.end]).toEqual([50, 70]);
  });
});
