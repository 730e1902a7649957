import { EventEmitter, once } from "node:events";
import { expect, it, vi } from "vitest";
import { soleLeadership } from "../../kubernetes/node/leader-election.js";
import type { Lab } from "../../workshop/common/lab.js";
import { MADE_OF_ANNOTATION, type SessionResource } from "../../workshop/common/session.js";
import { madeOf } from "../../workshop/node/pooled-session.js";
import { createSessionCache } from "./session-cache.js";
import { type PoolParts, createSessionPool } from "./session-pool.js";

const lab = { name: "pooled", pool: { ready: 1 }, source: {}, reaches: [], egress: [] } as unknown as Lab;

it("a session that is being handed out is given its access once, also where it is looked after meanwhile", async () => {
  const client = { addressInPods: "https://127.0.0.1:6443", merge: vi.fn() };
  const settings = { urlOf: () => "http://127.0.0.1/", environment: {}, platformTargets: () => [] };
  const of = [lab, client, settings] as unknown as Parameters<typeof madeOf>;
  const ready = {
    metadata: { name: "pooled-a", uid: "1", annotations: { [MADE_OF_ANNOTATION]: await madeOf(...of) } },
    spec: { lab: "pooled", startedBy: "pool", minutes: 30, expiresAt: "2999-01-01T00:00:00Z" },
    status: { phase: "Ready" },
  } as unknown as SessionResource;
  const claimed = { ...ready, spec: { ...ready.spec, startedBy: "learner" } } as SessionResource;
  client.merge.mockResolvedValue(claimed);
  const cache = createSessionCache();
  cache.put(ready);
  const active = { ...claimed, status: { ...claimed.status, phase: "Active" } } as SessionResource;
  const given = new EventEmitter();
  const complete = vi.fn(async () => {
    await once(given, "given");
    return active;
  });
  const leadership = soleLeadership();
  const parts = { labs: new Map(), client, settings, cache, leadership, provisioner: { complete } };
  const pool = createSessionPool(parts as unknown as PoolParts);
  const handedOut = pool.claim(lab, { startedBy: "learner" });
  await expect.poll(() => complete.mock.calls.length).toBe(1);
  const lookedAfter = pool.complete(claimed);
  given.emit("given");
  expect((await handedOut)?.status?.phase).toBe("Active");
  await lookedAfter;
  expect(complete).toHaveBeenCalledTimes(1);
  await leadership.close();
});
