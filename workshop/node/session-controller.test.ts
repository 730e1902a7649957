import { expect, it } from "vitest";
import type { SessionResource } from "../common/session.js";
import { isAbandoned } from "./session-controller.js";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const HOUR_AGO = "2026-01-01T11:00:00Z";

it.each([
  ["waits for its turn", {}, false],
  ["was begun long ago", { startedAt: HOUR_AGO }, true],
  ["was begun just now", { startedAt: "2026-01-01T11:59:30Z" }, false],
])("a pending session of an hour ago that %s", (_what, begun, expected) => {
  const session = {
    metadata: { name: "s1", creationTimestamp: HOUR_AGO },
    status: { phase: "Pending", provisioning: [], ...begun },
  } as unknown as SessionResource;
  expect(isAbandoned(session, NOW)).toBe(expected);
});
