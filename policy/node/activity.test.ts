import { describe, expect, it } from "vitest";

import { mergeRepeats } from "./activity.js";

const entry = {
  namespace: "lab",
  object: "replicaset/busybox-1",
  message: "[no-busybox] container <main> image <busybox>: images named busybox are blocked",
  policies: ["no-busybox"],
  count: 1,
  firstSeen: "2026-01-01T10:00:00Z",
  lastSeen: "2026-01-01T10:00:00Z",
};

describe("the activity", () => {
  it("shows a refusal tried again and again once, from its first to its last time", () => {
    const again = { ...entry, firstSeen: "2026-01-01T10:00:09Z", lastSeen: "2026-01-01T10:00:12Z", count: 2 };
    const earlier = { ...entry, firstSeen: "2026-01-01T09:59:00Z", lastSeen: "2026-01-01T09:59:00Z" };
    expect(mergeRepeats([entry, again, earlier])).toEqual([
      { ...entry, count: 4, firstSeen: "2026-01-01T09:59:00Z", lastSeen: "2026-01-01T10:00:12Z" },
    ]);
  });

  it("keeps refusals of other objects, places and reasons apart", () => {
    const others = [
      { ...entry, object: "pod/direct" },
      { ...entry, namespace: "other" },
      { ...entry, message: "[pin] container <main> image <busybox>: images must carry a digest" },
    ];
    expect(mergeRepeats([entry, ...others])).toHaveLength(4);
  });
});
