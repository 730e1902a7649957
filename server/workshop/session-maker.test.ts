import { once } from "node:events";
import { expect, it, vi } from "vitest";
import { KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { soleLeadership } from "../../kubernetes/node/leader-election.js";
import type { Lab } from "../../workshop/common/lab.js";
import { labKeyOf, type SessionResource } from "../../workshop/common/session.js";
import { SessionQueue } from "../../workshop/node/session-queue.js";
import type { WorkshopParts } from "./create-workshop.js";
import { createSessionCache } from "./session-cache.js";
import { makePendingSessions } from "./session-maker.js";

const session: SessionResource = {
  apiVersion: "lectern.dev/v1alpha1",
  kind: "Session",
  metadata: { name: "early" },
  spec: {
    lab: "late",
    minutes: 60,
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    namespace: "early",
    organization: "early",
  },
};

// The order of two servers' watches cannot be had from real ones; the cluster and what makes sessions only note what they are asked.
it("a session whose lab comes to the leading server after it is made then, once", async () => {
  const cache = createSessionCache();
  const labs = new Map<string, Lab>();
  const leadership = soleLeadership();
  const provision = vi.fn(() => Promise.resolve());
  const log = { info: () => undefined, warn: () => undefined, child: () => log };
  makePendingSessions({
    cache,
    labs,
    leadership,
    provisioning: new SessionQueue(),
    client: { get: () => Promise.resolve(session) },
    provisioner: { provision },
    log,
  } as unknown as WorkshopParts);
  cache.put(session);
  labs.set(labKeyOf(session.spec), { name: "late" } as Lab);
  await expect.poll(() => provision.mock.calls.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(provision).toHaveBeenCalledTimes(1);
  await leadership.close();
});

it("a server that nobody else makes sessions beside makes none that was ended while it waited, without asking the cluster", async () => {
  const cache = createSessionCache();
  const labs = new Map([[labKeyOf(session.spec), { name: "late" } as Lab]]);
  const leadership = soleLeadership();
  const provision = vi.fn((_session: SessionResource) => Promise.resolve());
  const get = vi.fn(() => Promise.resolve(session));
  const log = { info: () => undefined, warn: () => undefined, child: () => log };
  const provisioning = new SessionQueue(1);
  makePendingSessions({
    cache,
    labs,
    leadership,
    provisioning,
    client: { get },
    provisioner: { provision },
    log,
  } as unknown as WorkshopParts);
  const room = new AbortController();
  const isFree = once(room.signal, "abort");
  const before = provisioning.run("before", () => isFree);
  const named = (name: string) => ({ ...session, metadata: { name } });
  for (const name of ["removed", "ending", "wanted"]) cache.put(named(name));
  cache.remove("removed");
  cache.put({ ...session, metadata: { name: "ending", deletionTimestamp: new Date().toISOString() } });
  room.abort();
  await before;
  await provisioning.run("after", () => Promise.resolve(), { isBackground: true });
  expect(provision.mock.calls.map(([{ metadata }]) => metadata.name)).toEqual(["wanted"]);
  expect(get).not.toHaveBeenCalled();
  await leadership.close();
});

it("a session whose cluster is away at its turn is made at a later one", async () => {
  const cache = createSessionCache();
  const labs = new Map([[labKeyOf(session.spec), { name: "late" } as Lab]]);
  const leadership = soleLeadership();
  const away = new KubernetesError("starting", 503, "");
  const provision = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(away);
  const log = { info: () => undefined, warn: () => undefined, child: () => log };
  makePendingSessions({
    cache,
    labs,
    leadership,
    provisioning: new SessionQueue(),
    provisioner: { provision },
    log,
  } as unknown as WorkshopParts);
  cache.put(session);
  await expect.poll(() => provision.mock.calls.length).toBe(2);
  await leadership.close();
});
