import { expect, it, vi } from "vitest";
import { soleLeadership } from "../../kubernetes/node/leader-election.js";
import { REHEARSAL_LABEL, type SessionResource } from "../../workshop/common/session.js";
import type { WorkshopParts } from "../workshop/create-workshop.js";
import { createSessionCache } from "../workshop/session-cache.js";
import { endLeftRehearsals } from "./left-rehearsals.js";

// What two servers know of each other at a moment cannot be had from real ones; the cluster only notes what it is asked.
it("the server that leads ends what rehearsals of dead servers have left, and nothing of one that it has just not heard of", async () => {
  const { parts, removed } = partsOf(false);
  const living = new Set(["here"]);
  const looks: (() => void)[] = [];
  const look = () => looks.forEach((one) => one());
  endLeftRehearsals(parts, {
    isLiving: (process) => living.has(process),
    onLook: (listener) => void looks.push(() => listener(false)),
  });
  for (const process of ["here", "dead", "new"]) parts.cache.put(rehearsed(process));
  parts.cache.put(rehearsed(undefined));
  look();
  expect(removed()).toEqual([]);
  living.add("new");
  look();
  await expect.poll(removed).toEqual(["of-dead"]);
});

it("a server that is alone ends at its start what rehearsals before it have left", async () => {
  const { parts, removed } = partsOf(true);
  for (const process of ["here", "dead"]) parts.cache.put(rehearsed(process));
  parts.cache.put(rehearsed(undefined));
  endLeftRehearsals(parts, { isLiving: (process) => process === "here", onLook: () => undefined });
  await expect.poll(removed).toEqual(["of-dead"]);
});

function partsOf(isSole: boolean) {
  const remove = vi.fn((_path: string) => Promise.resolve(true));
  const log = { info: () => undefined, warn: () => undefined };
  const parts = {
    cache: createSessionCache(),
    client: { remove },
    leadership: { ...soleLeadership(), isSole },
    log,
  } as unknown as WorkshopParts;
  const removed = () =>
    remove.mock.calls.flatMap(([path]) => /\/sessions\/(.+)$/.exec(path)?.[1] ?? []).toSorted();
  return { parts, removed };
}

function rehearsed(process: string | undefined): SessionResource {
  const name = process === undefined ? "a-learners" : `of-${process}`;
  return {
    apiVersion: "lectern.dev/v1alpha1",
    kind: "Session",
    metadata: { name, ...(process !== undefined && { labels: { [REHEARSAL_LABEL]: process } }) },
    spec: {
      lab: "one",
      minutes: 60,
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      namespace: name,
      organization: name,
    },
  };
}
