import { describe, expect, it } from "vitest";
import { ReplayBuffer } from "./replay-buffer.js";

describe("the replay buffer", () => {
  it("gives back every stretch it still holds, and nothing it does not", () => {
    const buffer = new ReplayBuffer(100);
    const all: number[] = [];
    for (let index = 0; index < 60; index += 1) {
      const chunk = Uint8Array.from({ length: (index % 7) + 1 }, (_, offset) => (index * 31 + offset) % 256);
      all.push(...chunk);
      buffer.append(chunk);
    }
    expect(buffer.end).toBe(all.length);
    expect(buffer.end - buffer.start).toBeLessThanOrEqual(100);
    for (let from = buffer.start; from <= buffer.end; from += 1) {
      for (const size of [1, 10, 1_000])
        expect([...(buffer.read(from, size) ?? [])]).toEqual(all.slice(from, from + size));
    }
    expect(buffer.read(buffer.start - 1, 5)).toBeUndefined();
    expect(buffer.read(buffer.end + 1, 5)).toBeUndefined();
  });

  it("holds one chunk that is larger than its limit", () => {
    const buffer = new ReplayBuffer(10);
    buffer.append(new Uint8Array(50));
    buffer.append(new Uint8Array(20));
    expect([buffer.start, buffer.end]).toEqual([50, 70]);
  });
});
